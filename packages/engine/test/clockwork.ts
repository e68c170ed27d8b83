import {
  type Instant,
  instantOf,
  later,
  type Snapshot,
  type StoredAccount,
  ticks,
  type TradingCalendar,
} from '@rm/domain'
import { anAccount, aPosition, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import type { EnabledRules } from '@rm/rules'
import type { AccountPolicy } from '../src/account-policy.ts'
import type { AccountState } from '../src/account-state.ts'
import { recoverAccount } from '../src/recover-account.ts'
import { takeTurn } from '../src/take-turn.ts'
import type { Turn, TurnInput } from '../src/turn.ts'
import { GUARDS, TIMERS } from './scene.ts'

const { MNQ } = contracts
/** Friday before the clocks change in Chicago, 09:30 there. */
export const START: Instant = instantOf('2026-03-06T15:30:00Z')

export const NOTHING_STORED: StoredAccount = {
  trades: [],
  cycles: [],
  lockouts: [],
  breaches: [],
  goals: [],
  commands: [],
  lastReset: null,
  warnings: [],
  lastTurnAt: null,
}

export interface ClockworkOptions {
  readonly rules: EnabledRules
  readonly calendar: TradingCalendar
}

/** One account over its turns at times that a test says, with one price for everything: no network, no store, no exchange. */
export class Clockwork {
  #policy: AccountPolicy
  readonly #quotedAt: Instant
  state: AccountState
  last: Turn | null = null
  readonly resets: Instant[] = []
  timeTrusted = true

  constructor({ rules: on, calendar: days }: ClockworkOptions, stored: StoredAccount, atMs: number) {
    this.#policy = {
      accountId: TEST_ACCOUNT,
      rules: on,
      timers: TIMERS,
      calendar: days,
      pnlBasis: 'net',
      stopCriteria: { coverage: 'full', allowStopLimit: false, maxDistanceTicks: null },
      guards: GUARDS,
      evaluationIntervalMs: 100,
      enforcementDeadlineMs: 10_000,
      loosening: 'next_reset',
      configuration: 'test',
      epoch: 1,
    }
    this.#quotedAt = later(START, atMs)
    this.state = recoverAccount(this.#policy, stored, { now: later(START, atMs), elapsedMs: atMs })
  }

  /** A full reading that finds so many MNQ and these facts. */
  read(size: number, atMs: number, facts: Pick<Partial<Snapshot>, 'account' | 'trades'> = {}): Turn {
    const snapshot: Snapshot = {
      accountId: TEST_ACCOUNT,
      account: anAccount(),
      positions: size === 0 ? [] : [aPosition(MNQ, size, { openedAt: START })],
      orders: [],
      ordersComplete: true,
      trades: [],
      history: null,
      requestedMs: atMs,
      ...facts,
    }
    return this.take({ kind: 'snapshot-read', accountId: TEST_ACCOUNT, snapshot, receivedMs: atMs }, atMs)
  }

  /** Another calendar is in force. */
  recalendar(days: TradingCalendar, atMs: number): Turn {
    this.#policy = { ...this.#policy, calendar: days }
    return this.take({ kind: 'settings-changed', proofs: [], receivedMs: atMs }, atMs)
  }

  wake(atMs: number): Turn {
    return this.take({ kind: 'woken', receivedMs: atMs }, atMs)
  }

  take(input: TurnInput, atMs: number): Turn {
    const turn = this.look(input, atMs)
    this.state = turn.state
    this.last = turn
    this.resets.push(...turn.record.resets)
    return turn
  }

  /** What a turn would make of the account, which stays as it is. */
  look(input: TurnInput, atMs: number): Turn {
    const price = ticks(84_000)
    return takeTurn(this.state, input, {
      policy: this.#policy,
      market: {
        contract: () => MNQ,
        quote: (contractId) => ({
          contractId,
          bid: price,
          ask: price,
          last: price,
          bidLow: price,
          bidHigh: price,
          askLow: price,
          askHigh: price,
          suspectUntil: null,
          at: this.#quotedAt,
          receivedAt: this.#quotedAt,
        }),
        isOpen: () => true,
        contractsOf: () => [MNQ],
        tickValueDoubt: () => null,
      },
      now: later(START, atMs),
      elapsedMs: atMs,
      timeTrusted: this.timeTrusted,
      journalWritable: true,
    })
  }
}

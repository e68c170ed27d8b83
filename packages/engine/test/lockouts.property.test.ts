import {
  AccountId,
  endInstant,
  type Instant,
  instant,
  later,
  type Lockout,
  type LockoutEnd,
  type StoredAccount,
  TradingCalendar,
  WEEKDAYS,
} from '@rm/domain'
import { anAccount, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import type { EnabledRules } from '@rm/rules'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountPolicy } from '../src/account-policy.ts'
import type { AccountState } from '../src/account-state.ts'
import { recoverAccount } from '../src/recover-account.ts'
import { takeTurn } from '../src/take-turn.ts'
import type { TurnInput } from '../src/turn.ts'
import { Clockwork, NOTHING_STORED, START as CLOCKWORK_START } from './clockwork.ts'
import { GUARDS, settingsOf, TIMERS } from './scene.ts'

/*
 * What no configuration, no clock and no other account may do to a lockout (risk rules, 3.2), on whole turns.
 */

const RUNS = { numRuns: propertyRuns() }
const ACCOUNT = AccountId.parse(7_001_001)
const OTHER = AccountId.parse(7_001_002)
/** Wednesday, 09:30 in Chicago. */
const START = Date.parse('2026-11-18T15:30:00Z')
const HOUR = 3_600_000
const calendar = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})

const moment: fc.Arbitrary<Instant> = fc.integer({ min: -48, max: 48 }).map((hours) => instant(START + hours * HOUR))

const end: fc.Arbitrary<LockoutEnd> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('at', 'next-reset', 'session-start'), at: moment }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'can-trade' }) },
)

const timed: fc.Arbitrary<Lockout> = fc.record({
  id: fc.uuid(),
  accountId: fc.constant(ACCOUNT),
  rule: fc.constantFrom('RULE-003', 'RULE-007', 'RULE-010', 'RULE-099'),
  scope: fc.constantFrom('account', 'product:MNQ'),
  effect: fc.constantFrom('flat', 'reduce-only'),
  baseline: fc.constant(new Map()),
  from: fc.constant(instant(START - 72 * HOUR)),
  end,
  reason: fc.constant('a reason'),
  evidence: fc.constant(null),
})

const blocked: fc.Arbitrary<Lockout> = timed.map((lockout) => ({
  ...lockout,
  rule: 'RULE-011',
  scope: 'product:MNQ',
  effect: 'flat',
  end: { kind: 'config' },
}))

const lockouts = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: timed }, { weight: 1, arbitrary: blocked }), {
  selector: ({ id }) => id,
  maxLength: 5,
})

const BLOCKS: readonly EnabledRules[] = [
  {},
  settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MNQ'] }),
  settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['ES'] }),
]

const rules: fc.Arbitrary<EnabledRules> = fc
  .tuple(
    fc.constantFrom(...BLOCKS),
    fc.constantFrom<EnabledRules>({}, settingsOf('max_contracts', { limit: 5 })),
    fc.constantFrom<EnabledRules>({}, settingsOf('daily_realized_loss', { limit: -500 })),
    fc.constantFrom<EnabledRules>({}, settingsOf('auth_loss_guard', { on_cannot_trade: 'alert' })),
  )
  .map((chosen) => Object.assign({}, ...chosen))

interface Circumstances {
  readonly rules: EnabledRules
  readonly now: Instant
  readonly timeTrusted: boolean
  readonly canTrade: boolean
}

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  rules,
  now: moment,
  timeTrusted: fc.boolean(),
  canTrade: fc.boolean(),
})

function stored(accountId: AccountId, of: readonly Lockout[]): StoredAccount {
  return {
    trades: [],
    cycles: [],
    lockouts: of.map((one) => ({ ...one, accountId })),
    breaches: [],
    goals: [],
    commands: [],
    lastReset: null,
    warnings: [],
    lastTurnAt: null,
  }
}

/** A start with these lockouts under these circumstances, to the first full reading. */
function started(of: readonly Lockout[], circumstance: Circumstances, accountId: AccountId = ACCOUNT): AccountState {
  const { now, timeTrusted, canTrade } = circumstance
  const policy: AccountPolicy = {
    accountId,
    rules: circumstance.rules,
    timers: TIMERS,
    calendar,
    pnlBasis: 'net',
    stopCriteria: { coverage: 'full', allowStopLimit: false, maxDistanceTicks: null },
    guards: GUARDS,
    enforcementDeadlineMs: 10_000,
    evaluationIntervalMs: 100,
    loosening: 'next_reset',
    configuration: 'c0ffee',
    epoch: 2,
  }
  const market = {
    contract: () => contracts.MNQ,
    contractsOf: () => [contracts.MNQ],
    tickValueDoubt: () => null,
    quote: () => null,
    isOpen: () => true,
  }
  const snapshot = {
    accountId,
    account: anAccount({ id: accountId, canTrade }),
    positions: [],
    orders: [],
    ordersComplete: true,
    trades: [],
    history: null,
    requestedMs: 20,
  }
  const inputs: readonly TurnInput[] = [
    { kind: 'stream-restored', stream: 'user', receivedMs: 10 },
    { kind: 'snapshot-read', accountId, snapshot, receivedMs: 40 },
    { kind: 'woken', receivedMs: 50 },
  ]
  let state = recoverAccount(policy, stored(accountId, of), { now, elapsedMs: 0 })
  for (const input of inputs) {
    const elapsedMs = input.receivedMs
    state = takeTurn(state, input, { policy, market, now, elapsedMs, timeTrusted, journalWritable: true }).state
  }
  return state
}

function idsOf(state: AccountState, among: readonly Lockout[]): readonly string[] {
  const known = new Set(among.map(({ id }) => id))
  return state.lockouts.map(({ id }) => id).filter((id) => known.has(id))
}

const A_LOCKOUT = {
  id: 'l-1',
  accountId: TEST_ACCOUNT,
  scope: 'account',
  baseline: new Map(),
  reason: 'a reason',
  evidence: null,
} as const

/** Whether something has happened that ends the lockout. */
function isOver({ end: lockoutEnd }: Lockout, { rules: enabled, now, timeTrusted, canTrade }: Circumstances): boolean {
  if (lockoutEnd.kind === 'can-trade') return canTrade
  if (lockoutEnd.kind === 'config') return !(enabled.symbol_blocks?.blocked_symbols.includes('MNQ') ?? false)
  return timeTrusted && now >= (endInstant(lockoutEnd) ?? Number.POSITIVE_INFINITY)
}

test('whatever configuration is loaded, a start keeps every lockout whose end has not come, as it was, and ends the others', () =>
  fc.assert(
    fc.property(lockouts, circumstances, (all, circumstance) => {
      const state = started(all, circumstance)
      const lasting = all.filter((one) => !isOver(one, circumstance))
      expect(idsOf(state, all).toSorted()).toEqual(lasting.map(({ id }) => id).toSorted())
      for (const one of lasting) {
        const now = state.lockouts.find(({ id }) => id === one.id)
        expect([now?.scope, now?.effect, now?.rule]).toEqual([one.scope, one.effect, one.rule])
        const [was, is] = [endInstant(one.end), now === undefined ? null : endInstant(now.end)]
        expect(was === null ? is === null : is !== null && is >= was).toBe(true)
      }
    }),
    RUNS,
  ))

test('two starts on the same records lock alike', () =>
  fc.assert(
    fc.property(lockouts, circumstances, (all, circumstance) => {
      const [once, twice] = [started(all, circumstance), started(all, circumstance)]
      expect(twice.lockouts).toEqual(once.lockouts)
      expect(twice.word).toBe(once.word)
    }),
    RUNS,
  ))

test('a clock that is not trusted ends nothing, however far it is moved', () =>
  fc.assert(
    fc.property(lockouts, circumstances, fc.integer({ min: -9_000, max: 9_000 }), (all, circumstance, hours) => {
      const ofTime = all.filter(({ end: { kind } }) => kind !== 'config' && kind !== 'can-trade')
      const moved = { ...circumstance, timeTrusted: false, now: instant(START + hours * HOUR) }
      expect(idsOf(started(ofTime, moved), ofTime)).toHaveLength(ofTime.length)
    }),
    RUNS,
  ))

test('what is locked on one account says nothing about another', () =>
  fc.assert(
    fc.property(lockouts, circumstances, (all, circumstance) => {
      const free = { ...circumstance, canTrade: true }
      expect(started([], free, OTHER).lockouts).toEqual([])
      expect(started(all, free).lockouts.every(({ accountId }) => accountId === ACCOUNT)).toBe(true)
    }),
    RUNS,
  ))

const anyCalendar = fc
  .record({
    time: fc.constantFrom('17:00', '02:30', '00:00', '12:00'),
    timeZone: fc.constantFrom('America/Chicago', 'America/New_York', 'Europe/Berlin'),
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  })
  .map((spec) => new TradingCalendar(spec))

test('a lockout until the reset follows a changed calendar to a later reset only', () =>
  fc.assert(
    fc.property(anyCalendar, fc.array(anyCalendar, { minLength: 1, maxLength: 5 }), (first, changes) => {
      const from = later(CLOCKWORK_START, -HOUR)
      const set = { kind: 'next-reset' as const, at: first.nextReset(CLOCKWORK_START) }
      const lockout = { ...A_LOCKOUT, rule: 'RULE-003', effect: 'flat', from, end: set } as const
      const clockwork = new Clockwork({ rules: {}, calendar: first }, { ...NOTHING_STORED, lockouts: [lockout] }, 0)
      clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: 0 }, 0)
      clockwork.read(0, 5)
      let latest: Instant = set.at
      for (const [index, calendarNow] of changes.entries()) {
        clockwork.recalendar(calendarNow, 10 + index)
        latest = instant(Math.max(latest, calendarNow.nextReset(from)))
        expect(clockwork.state.lockouts.map((one) => endInstant(one.end))).toEqual([latest])
      }
    }),
    RUNS,
  ))

test('what may be kept under a lockout shrinks with every reduction and never grows', () => {
  const size = fc.integer({ min: -4, max: 4 })
  fc.assert(
    fc.property(size, fc.array(size, { maxLength: 8 }), fc.boolean(), (held, sizes, isRestarted) => {
      const baseline = new Map(held === 0 ? [] : [[contracts.MNQ.id, held]])
      const longest: LockoutEnd = { kind: 'at', at: later(CLOCKWORK_START, 72 * HOUR) }
      const lockout = {
        ...A_LOCKOUT,
        rule: 'RULE-006',
        effect: 'reduce-only',
        from: CLOCKWORK_START,
        baseline,
        end: longest,
      } as const
      const world = { rules: {}, calendar }
      let clockwork = new Clockwork(world, { ...NOTHING_STORED, lockouts: [lockout] }, 0)
      clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: 0 }, 0)
      clockwork.read(held, 5)
      let kept = held
      for (const [index, now] of sizes.entries()) {
        const atMs = 5_000 * (index + 1)
        if (isRestarted && index === 2) {
          clockwork = new Clockwork(world, { ...NOTHING_STORED, lockouts: clockwork.state.lockouts }, atMs - 10)
          clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: atMs - 9 }, atMs - 9)
        }
        clockwork.read(now, atMs)
        // Of what was there and is there: the smaller of the same side, or nothing.
        kept = Math.sign(now) === Math.sign(kept) ? Math.sign(kept) * Math.min(Math.abs(now), Math.abs(kept)) : 0
        const [standing] = clockwork.state.lockouts
        expect(standing?.baseline.get(contracts.MNQ.id) ?? 0).toBe(kept)
      }
    }),
    RUNS,
  )
})

test('what a lockout owes is owed until it was reached, although the lockout ends before', () => {
  const owing = fc.record({
    held: fc.integer({ min: 1, max: 4 }),
    endsInMs: fc.integer({ min: 100, max: 20 * 60_000 }),
    looks: fc.array(fc.integer({ min: 600, max: 10 * 60_000 }), { minLength: 1, maxLength: 8 }),
  })
  fc.assert(
    fc.property(owing, ({ held, endsInMs, looks }) => {
      const ends: LockoutEnd = { kind: 'at', at: later(CLOCKWORK_START, endsInMs) }
      const lockout = { ...A_LOCKOUT, rule: 'RULE-007', effect: 'flat', from: CLOCKWORK_START, end: ends } as const
      const clockwork = new Clockwork({ rules: {}, calendar }, { ...NOTHING_STORED, lockouts: [lockout] }, 0)
      clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: 0 }, 0)
      const owed = (): readonly string[] => clockwork.state.goals.map(({ goal }) => goal.kind)
      let atMs = 5
      clockwork.read(held, atMs)
      expect(owed()).toEqual(['flat-account'])
      for (const ms of looks) {
        atMs += ms
        // Every close is refused, and every reading finds the position where it was.
        for (const { record } of clockwork.state.inFlight) {
          const outcome = { kind: 'refused', refusal: 'market-closed', code: 5, message: null } as const
          const accountId = A_LOCKOUT.accountId
          const { id: commandId, command } = record
          clockwork.take({ kind: 'command-settled', accountId, commandId, command, outcome, receivedMs: atMs }, atMs)
        }
        clockwork.read(held, atMs)
        expect(owed()).toEqual(['flat-account'])
        expect(clockwork.state.lockouts).toHaveLength(atMs < endsInMs ? 1 : 0)
      }
    }),
    RUNS,
  )
})

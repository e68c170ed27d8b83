import {
  AccountId,
  type AuditEntry,
  type Breach,
  type CommandRecord,
  ContractId,
  type DayTrade,
  emptyTurn,
  instant,
  type Instant,
  type Lockout,
  OrderId,
  type PositionCycle,
  type PursuedGoal,
  TradeId,
  type TurnRecord,
  usd,
} from '@rm/domain'
import type { Store } from '@rm/state'

export interface HistoryPlan {
  readonly accounts: number
  readonly days: number
  readonly tradesADay: number
  /** Each with lockout, goal and request. */
  readonly breachesADay: number
  /** The end of the last day. */
  readonly until: Instant
}

const DAY_MS = 86_400_000
/** From the first trade of a day to its last: seven hours. */
const TRADED_MS = 25_200_000
const CONTRACT = ContractId.parse('CON.F.US.MNQ.Z26')

/** An account of a made-up history. Real ones have fewer digits. */
export function historyAccount(index: number): AccountId {
  return AccountId.parse(990_000_001 + index)
}

/**
 * Writes days of trading through the store's own way of writing, a commit a day. All of it is over: breaches ended, goals reached, requests settled.
 *
 * @param onDay - told after each day, with its number from 1
 */
export function writeHistory(store: Store, plan: HistoryPlan, onDay: (day: number) => void = () => {}): void {
  for (let day = 0; day < plan.days; day += 1) {
    const start = instant(plan.until - (plan.days - day) * DAY_MS)
    const accounts = Array.from({ length: plan.accounts }, (_, index) => historyAccount(index))
    store.commit(accounts.flatMap((accountId) => turnsOf(accountId, day, start, plan)))
    onDay(day + 1)
  }
}

/** A turn with a breach and all that follows from it, as the enforcer writes them on an ordinary bad day. */
export function breachTurn(accountId: AccountId, key: string, at: Instant): TurnRecord {
  const id = (letter: 'b' | 'l' | 'g' | 'c'): string => `${letter}-${accountId}-${key}`
  const message = 'Realized -$512.40 today; the limit is -$500.00.'
  const numbers = { rule: 'RULE-003', measured: '-$512.40', limit: '-$500.00' } as const
  const ended = instant(at + 1_200)
  const breach: Breach = {
    ...numbers,
    id: id('b'),
    accountId,
    scope: 'account',
    tier: 1,
    message,
    goals: [{ kind: 'flat-account' }],
    alert: null,
    firstSeenAt: at,
    lastSeenAt: at,
    cause: `trade-reported ${key}`,
  }
  const lockout: Lockout = {
    id: id('l'),
    accountId,
    rule: 'RULE-003',
    scope: 'account',
    effect: 'flat',
    baseline: new Map(),
    from: at,
    end: { kind: 'at', at: ended },
    reason: message,
    evidence: { measured: numbers.measured, limit: numbers.limit, configuration: 'c0ffee' },
  }
  const goal: PursuedGoal = {
    id: id('g'),
    accountId,
    origin: { kind: 'breach', id: breach.id },
    goal: { kind: 'flat-account' },
    begunAt: at,
    deadline: instant(at + 10_000),
    state: 'reached',
    endedAt: ended,
  }
  const command: CommandRecord = {
    id: id('c'),
    goalId: goal.id,
    reason: null,
    command: { kind: 'close-position', accountId, contractId: CONTRACT },
    attempt: 1,
    state: 'effective',
    sentAt: at,
    outcome: { kind: 'accepted' },
    latencyMs: 40,
    settledAt: ended,
    settledBy: 'position-changed',
  }
  const detail = { ...numbers, message, configuration: 'c0ffee' }
  return {
    ...emptyTurn(accountId, at, breach.cause),
    breaches: [breach],
    endedBreaches: [{ id: breach.id, at: ended }],
    lockouts: [lockout],
    endedLockouts: [{ id: lockout.id, at: ended, cause: 'at' }],
    goals: [goal],
    commands: [command],
    audit: [
      fact('breach-begun', breach.id, detail),
      fact('goal-begun', goal.id, { goal: 'flat account', origin: breach.id }),
      fact('lockout-set', lockout.id, { ...numbers, until: null }),
      fact('command-sent', command.id, { command: 'close MNQ', goal: goal.id, attempt: 1 }),
      fact('command-answered', command.id, { kind: 'accepted', latencyMs: 40 }),
      fact('command-settled', command.id, { state: 'effective', by: 'position-changed', attempt: 1 }),
      fact('goal-reached', goal.id, { goal: 'flat account', commands: 1, tookMs: 1_200 }),
      fact('breach-ended', breach.id, { rule: 'RULE-003', scope: 'account' }),
      fact('lockout-ended', lockout.id, { rule: 'RULE-003', scope: 'account', until: null, cause: 'at' }),
    ],
  }
}

function turnsOf(
  accountId: AccountId,
  day: number,
  start: Instant,
  { tradesADay, breachesADay }: HistoryPlan,
): readonly TurnRecord[] {
  const trades = Array.from({ length: tradesADay }, (_, index) => {
    const at = instant(start + Math.floor((TRADED_MS * index) / tradesADay))
    return dayTrade(accountId, day * tradesADay + index + 1, at)
  })
  const cycles = trades.filter((_, index) => index % 2 === 1).map(({ trade }) => cycleOf(trade))
  const breaches = Array.from({ length: breachesADay }, (_, index) =>
    breachTurn(accountId, `${day}-${index}`, instant(start + Math.floor((TRADED_MS * (index + 0.5)) / breachesADay))),
  )
  const traded = { ...emptyTurn(accountId, start, 'snapshot'), trades, cycles, resets: [start] }
  return [traded, ...breaches]
}

/** Opening and closing half-turns by turns. */
function dayTrade(accountId: AccountId, number: number, at: Instant): DayTrade {
  const closes = number % 2 === 0
  return {
    trade: {
      id: TradeId.parse(number),
      accountId,
      contractId: CONTRACT,
      orderId: OrderId.parse(number),
      side: closes ? 'sell' : 'buy',
      size: 1,
      price: 21_000 + (number % 40) / 4,
      realizedPnl: closes ? usd(((number % 41) - 20) * 5_000) : null,
      fees: usd(3_700),
      commissions: usd(0),
      at,
      microseconds: number % 1_000,
      voided: false,
    },
    origin: 'trader',
  }
}

function cycleOf({ accountId, id, contractId, at, realizedPnl }: DayTrade['trade']): PositionCycle {
  return {
    id: `p-${accountId}-${id}`,
    accountId,
    contractId,
    side: 'long',
    openedAt: instant(at - 1_000),
    closedAt: at,
    enlargedAt: instant(at - 1_000),
    maxSize: 1,
    realized: realizedPnl ?? usd(0),
    protection: { uncoveredMs: 0, covered: true, measuredAt: at },
    management: { breakEvenDone: null, trailExtreme: null, placements: 0 },
  }
}

function fact(action: string, subject: string, detail: AuditEntry['detail']): AuditEntry {
  return { actor: 'daemon', action, subject, detail }
}

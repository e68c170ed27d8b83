import { ACCOUNT_WORDS, AccountId, ContractId, OrderId } from '@rm/domain'
import { z } from 'zod'
import { Dollars, Moment } from './wire-values.ts'

/** A limit and how much of it is used. `left` is what may still happen; 0 or less: it is reached. */
export const LimitReport = z.object({
  rule: z.string(),
  what: z.string(),
  kind: z.enum(['limit', 'target']),
  measure: z.discriminatedUnion('unit', [
    z.object({ unit: z.literal('usd'), used: Dollars.nullable(), limit: Dollars, left: Dollars.nullable() }),
    z.object({ unit: z.enum(['contracts', 'trades']), used: z.int(), limit: z.int(), left: z.int() }),
    z.object({ unit: z.literal('time'), usedMs: z.number(), limitMs: z.number(), leftMs: z.number() }),
  ]),
  /** How many ticks the open positions are away from it; `null` when none are open, in several products, or a value is unknown. */
  ticksLeft: z.int().nullable(),
})
export type LimitReport = z.output<typeof LimitReport>

/** A working order. */
export const OrderReport = z.object({
  id: OrderId,
  contractId: ContractId,
  contract: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.string(),
  status: z.string(),
  size: z.int(),
  filled: z.int(),
  /** The price that it waits for; `null` for a market order. */
  price: z.number().nullable(),
  /** Whether RULE-012 placed it. */
  ours: z.boolean(),
})
export type OrderReport = z.output<typeof OrderReport>

export const PositionReport = z.object({
  contractId: ContractId,
  /** As traders call it, `MNQZ6`. */
  contract: z.string(),
  signedSize: z.int(),
  averagePrice: z.number(),
  openedAt: Moment,
  unrealized: Dollars.nullable(),
  /** Why nobody knows what it is worth; `null` when it is known. */
  unknownBecause: z.string().nullable(),
  covered: z.boolean(),
})
export type PositionReport = z.output<typeof PositionReport>

export const LockoutReport = z.object({
  id: z.string(),
  rule: z.string(),
  scope: z.string(),
  effect: z.enum(['flat', 'reduce-only']),
  from: Moment,
  /** `null`: it ends with a condition. */
  until: Moment.nullable(),
  endsWith: z.string(),
  reason: z.string(),
  /** When it ended; `null` while it is in force. */
  endedAt: Moment.nullable(),
})
export type LockoutReport = z.output<typeof LockoutReport>

export const BreachReport = z.object({
  id: z.string(),
  rule: z.string(),
  scope: z.string(),
  measured: z.string(),
  limit: z.string(),
  message: z.string(),
  cause: z.string(),
  firstSeenAt: Moment,
  /** `null` while its condition holds. */
  endedAt: Moment.nullable(),
})
export type BreachReport = z.output<typeof BreachReport>

/** What is being done about what must hold. */
export const GoalReport = z.object({
  id: z.string(),
  goal: z.string(),
  state: z.enum(['pursued', 'escalated', 'reached', 'moot']),
  begunAt: Moment,
  deadline: Moment,
})
export type GoalReport = z.output<typeof GoalReport>

/** A rule as it is set, as it judged last, and whether it is proved to bite. */
export const RuleReport = z.object({
  rule: z.string(),
  title: z.string(),
  mode: z.enum(['enforce', 'shadow']),
  /** `null`: it was not asked yet. */
  result: z.enum(['PASS', 'BREACH', 'BLIND']).nullable(),
  proof: z.enum(['alive', 'idle', 'dead']).nullable(),
  proofBecause: z.string().nullable(),
})
export type RuleReport = z.output<typeof RuleReport>

/**
 * Realized P&L since the last weekly reset. The amounts are `null` until all trades since then are known; `knownFrom` is the instant since which
 * they are, `null` while this run has not read them.
 */
export const WeekReport = z.object({
  since: Moment,
  knownFrom: Moment.nullable(),
  net: Dollars.nullable(),
  gross: Dollars.nullable(),
  costs: Dollars.nullable(),
})
export type WeekReport = z.output<typeof WeekReport>

/** P&L of the trading day. What is unknown is `null`, never 0. */
export const PnlReport = z.object({
  day: z.string(),
  net: Dollars,
  gross: Dollars,
  costs: Dollars,
  unrealized: Dollars.nullable(),
  total: Dollars.nullable(),
  /** `null`: there is no weekly reset. */
  week: WeekReport.nullable(),
  products: z.array(z.object({ product: z.string(), net: Dollars, gross: Dollars, costs: Dollars, trades: z.int() })),
})
export type PnlReport = z.output<typeof PnlReport>

/** Everything that is known and decided about one account now. */
export const AccountReport = z.object({
  id: AccountId,
  name: z.string(),
  word: z.enum(ACCOUNT_WORDS),
  /** Why it is not ACTIVE, one sentence each; empty when it is. */
  because: z.array(z.string()),
  balance: Dollars.nullable(),
  canTrade: z.boolean().nullable(),
  pnl: PnlReport,
  positions: z.array(PositionReport),
  orders: z.array(OrderReport),
  limits: z.array(LimitReport),
  lockouts: z.array(LockoutReport),
  breaches: z.array(BreachReport),
  goals: z.array(GoalReport),
  rules: z.array(RuleReport),
  /** Milliseconds since all of the account was read from the gateway; `null` before the first time. */
  readMsAgo: z.number().nullable(),
  /** Whether looser settings wait for a reset. */
  settingsWait: z.boolean(),
})
export type AccountReport = z.output<typeof AccountReport>

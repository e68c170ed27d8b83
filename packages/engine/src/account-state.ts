import type {
  AccountId,
  AccountWord,
  Breach,
  CommandRecord,
  ConnectionFacts,
  ContractId,
  DayTrade,
  Instant,
  Lockout,
  OrderId,
  Position,
  ProtectionKind,
  PursuedGoal,
  ReadingKind,
  TradeId,
  Usd,
} from '@rm/domain'
import type { RuleId } from '@rm/rules'
import type { Book, Holding } from '@rm/state/book'
import type { RuleResult } from './note.ts'
import type { GoalMemory } from './goal-memory.ts'
import type { RuleProof } from './proof-of-life.ts'

/** Everything that is known and decided about one account. Immutable: a turn makes the next one. */
export interface AccountState {
  readonly accountId: AccountId
  readonly book: Book
  /** Lockouts that were not ended. */
  readonly lockouts: readonly Lockout[]
  /** Breaches whose condition holds, by {@link breachKey}. */
  readonly breaches: ReadonlyMap<string, Breach>
  /** Goals that are neither reached nor moot. */
  readonly goals: readonly PursuedGoal[]
  /** Commands whose effect was not observed yet. */
  readonly inFlight: readonly InFlight[]
  /** Commands whose effect was seen before the gateway's answer came, by id: the answer still belongs to them. */
  readonly unanswered: ReadonlyMap<string, { readonly record: CommandRecord; readonly sentMs: number }>
  readonly targets: ReadonlyMap<TargetKey, TargetHistory>
  /** By goal id: when the first of two clean readings was requested (monotonic). */
  readonly cleanSince: ReadonlyMap<string, number>
  /** By goal id: what began it and what was sent for it. */
  readonly memories: ReadonlyMap<string, GoalMemory>
  /** Goals that were met at the end of the last turn, proved or not: one that is unmet again was violated. */
  readonly met: ReadonlySet<string>
  /** By the lockout or breach that demands a goal: how often the trader came back to what had to be flat. */
  readonly violations: ReadonlyMap<string, number>
  /** What was taken in before the first full reading: rules have not looked at it, and it is not stored. */
  readonly unjudged: {
    readonly trades: readonly DayTrade[]
    readonly newTrades: ReadonlySet<TradeId>
    readonly enlarged: ContractId | null
  }
  readonly trust: Trust
  readonly connection: ConnectionFacts
  /** What is held, with since when this run has known it. */
  readonly holdings: ReadonlyMap<ContractId, Holding>
  /** What the balance is compared with; `null` before the first full reading. */
  readonly balance: BalanceMark | null
  readonly reading: Reading
  /** Orders that this program caused; their trades are nobody's trading. */
  readonly ownOrders: ReadonlySet<OrderId>
  readonly results: ReadonlyMap<RuleId, RuleResult>
  /** Whether each enabled rule bites, as last proved. One that is not proved alive keeps the account out of `ACTIVE`. */
  readonly proofs: ReadonlyMap<RuleId, RuleProof>
  /** When commands of the last minute left (monotonic), oldest first. */
  readonly departures: readonly number[]
  /** Whether a human knows that the account is at its ceiling of calls. */
  readonly isCeilingTold: boolean
  /** What enabled rules lack, one sentence each. */
  readonly blind: readonly string[]
  /** `warn_at` levels given, as `rule|level|day`. */
  readonly warned: ReadonlySet<string>
  /** Why the gateway does not let us act on the account, if so. */
  readonly halted: string | null
  readonly word: AccountWord
  /** Business time of the last turn: time never runs backwards. */
  readonly lastNow: Instant
  /** The last daily reset that was processed. */
  readonly lastReset: Instant
  /** When a human was last told that the user stream does not deliver (monotonic). */
  readonly streamDoubtedMs: number
  /** When a human was last told that the account is compared with the gateway too seldom (monotonic). */
  readonly comparisonLateToldMs: number
  /** A daily reset was crossed that no known lockout outlived, and the account was not seen since: only one that finds none lets settings loosen. */
  readonly isResetUnexamined: boolean
  /** Whether {@link lastReset} was processed; otherwise it follows from the time of the start, whose clock may have been wrong. */
  readonly isLastResetProcessed: boolean
  /** Makes ids unique within the run. */
  readonly sequence: number
}

/** A command that may still have an effect. */
export interface InFlight {
  readonly record: CommandRecord
  /** Monotonic time at which it left; -∞ for a command of an earlier run. */
  readonly sentMs: number
  /** Monotonic time of the answer, `null` before it. Of a command of an earlier run no answer will come: the start of this one. */
  readonly answeredMs: number | null
  /** Signed size of the position when it was planned; `null` for a command of an earlier run. */
  readonly sizeBefore: number | null
  /** The order that the gateway made of it, once seen on the stream: neither close endpoint tells (gateway contract 2.8). */
  readonly orderId: OrderId | null
  /** Monotonic time at which the end of that order was seen, `null` before it. */
  readonly orderEndedMs: number | null
  /** What was known of the position at that moment: a word of the same millisecond may have come before the end or after it. */
  readonly positionAtEnd: Position | null
}

/** What a command acts on: a contract's position or one order. A change that is refused must not keep its order from being cancelled. */
export type TargetKey =
  | `position:${ContractId}`
  | `order:${OrderId}`
  /** The placement of a stop or target of ours, and a change of an order (RULE-012). */
  | `${ProtectionKind}:${ContractId}`
  | `change:${OrderId}`

/** Why and until when a target must be left alone. */
export interface TargetHistory {
  readonly attempts: number
  /** Failures in a row; success clears them. */
  readonly failures: number
  /** Monotonic time before which no new attempt is made. */
  readonly notBeforeMs: number
  /** Only what was observed after this moment allows the next attempt; `null`: nothing is needed. */
  readonly readSinceMs: number | null
  /** Monotonic time at which the last command on the target settled. */
  readonly settledMs: number
  /** The plain close was refused: next time reduce by the exact size instead (reliability E-01). */
  readonly exactNext: boolean
  /** The market was closed: the next attempt may be made as soon as it opens (reliability E-09). */
  readonly waitsForOpen: boolean
  /** The tag of a placement whose order nobody has found: the next attempt uses it again, so that there can be only one. */
  readonly tag: string | null
}

/** How far the book can be believed. */
export interface Trust {
  readonly userStreamUp: boolean
  /** A full reading requested after this moment makes the account trusted again (monotonic). */
  readonly doubtedMs: number
  /** When the last full reading was requested that the book took over; `null` before the first. */
  readonly reconciledMs: number | null
  /** Only a full reading from here on shows all that the last gap of this run may have hidden (monotonic): REST lags. */
  readonly confirmedFromMs: number
}

/** Balance and day total that were seen to belong together. From then on they move alike. */
export interface BalanceMark {
  /** Label of the trading day. */
  readonly day: string
  readonly balance: Usd
  readonly realized: Usd
  /** By how much they were apart in the last comparison, when that was too much. */
  readonly apart: Usd | null
}

/** REST readings of the account: one of a kind at a time. */
export interface Reading {
  readonly inFlight: ReadonlySet<ReadingKind>
  /** Monotonic time of the last reading that was begun. */
  readonly begunMs: number
  /** Monotonic time of the last full reading that was begun. */
  readonly fullBegunMs: number
  /** Failures in a row. */
  readonly failures: number
  /** Monotonic time before which no new reading is begun after a failure. */
  readonly notBeforeMs: number
  /** The last reading contradicted what the stream had just said: read again at this monotonic time. */
  readonly againMs: number | null
}

/** The identity of a breach while it lasts. */
export function breachKey(breach: Pick<Breach, 'rule' | 'scope'>): string {
  return `${breach.rule}|${breach.scope}`
}

/** Whether the book equals the gateway as far as anybody can know. */
export function isTrusted(trust: Trust): boolean {
  return trust.userStreamUp && trust.reconciledMs !== null && trust.reconciledMs >= trust.doubtedMs
}

/** Whether the command changes the size of a position by itself. */
export function isPositionCommand(inFlight: InFlight): boolean {
  const { kind } = inFlight.record.command
  return kind === 'close-position' || kind === 'reduce-position'
}

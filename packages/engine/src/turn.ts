import type {
  AccountEvent,
  CommandRecord,
  ContractId,
  ContractSpec,
  Instant,
  Quote,
  ReadingKind,
  Stream,
  TurnRecord,
} from '@rm/domain'
import type { TickValueDoubt } from '@rm/rules'
import type { AccountPolicy } from './account-policy.ts'
import type { AccountState } from './account-state.ts'
import type { Note } from './note.ts'
import type { TurnWatch } from './ports/turn-watch.ts'
import type { RuleProof } from './proof-of-life.ts'
import type { QuietPrices } from './quiet-prices.ts'

/** What can begin a turn of one account. */
export type TurnInput =
  | AccountEvent
  /** A quote of a contract that the account holds was merged. */
  | { readonly kind: 'quote-merged'; readonly contractId: ContractId; readonly receivedMs: number }
  | { readonly kind: 'contract-known'; readonly contractId: ContractId; readonly receivedMs: number }
  | { readonly kind: 'stream-restored'; readonly stream: Stream; readonly receivedMs: number }
  | { readonly kind: 'stream-lost'; readonly stream: Stream; readonly reason: string; readonly receivedMs: number }
  | { readonly kind: 'authentication-lost'; readonly reason: string; readonly receivedMs: number }
  /** The account has another policy than before. */
  | { readonly kind: 'settings-changed'; readonly proofs: readonly RuleProof[]; readonly receivedMs: number }
  /** Its rules were driven to breach in a sandbox. */
  | { readonly kind: 'rules-proved'; readonly proofs: readonly RuleProof[]; readonly receivedMs: number }
  /** The administrator wants the account flat and locked. */
  | { readonly kind: 'panic-ordered'; readonly reason: string; readonly receivedMs: number }
  /** The process did not run for a while: suspended, stopped, starved. */
  | { readonly kind: 'stood-still'; readonly receivedMs: number }
  /** An instant came at which something wanted to be looked at again. */
  | { readonly kind: 'woken'; readonly receivedMs: number }

/** What is shared by all accounts, read-only. */
export interface Market {
  readonly contract: (contractId: ContractId) => ContractSpec | null
  readonly quote: (contractId: ContractId) => Quote | null
  /** Whether the exchange trades the contract now: outside, an old quote is not a fault. */
  readonly isOpen: (contractId: ContractId, now: Instant) => boolean
  /** The known contracts of a product as settings and lockouts name it. */
  readonly contractsOf: (product: string) => readonly ContractSpec[]
  /** Whether the gateway told two tick values of the contract; `null`: one. */
  readonly tickValueDoubt: (contractId: ContractId) => TickValueDoubt | null
}

export interface TurnContext {
  readonly policy: AccountPolicy
  readonly market: Market
  readonly now: Instant
  /** Monotonic milliseconds. */
  readonly elapsedMs: number
  /** Whether business time may end a lockout. */
  readonly timeTrusted: boolean
  /** `false` while the last turn could not be made durable. */
  readonly journalWritable: boolean
  /** Told how the rules get on; what it is told changes nothing. */
  readonly watch?: Pick<TurnWatch, 'rulesBegun' | 'judged'>
}

/** One step of an account: what it became, what must be durable, what leaves. */
export interface Turn {
  readonly state: AccountState
  readonly record: TurnRecord
  /** To be sent once the record is durable, in this order. */
  readonly commands: readonly CommandRecord[]
  /** Contracts whose quotes are to be subscribed anew. */
  readonly quotesWanted: readonly ContractId[]
  /** A REST reading to begin now. */
  readonly reading: ReadingKind | null
  /** Monotonic time at which the account wants a turn even if nothing happens. */
  readonly wakeMs: number | null
  readonly notes: readonly Note[]
  /** Whether the user stream has to be connected anew: it stands and does not deliver. */
  readonly streamDoubted: boolean
  /** Whether settings that are looser may take effect after this turn. */
  readonly mayLoosen: boolean
  /** Prices among which a quote would change nothing, `null`: every quote needs a turn. They hold until the next turn. */
  readonly quiet: QuietPrices | null
}

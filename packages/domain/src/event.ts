import type { Account } from './account.ts'
import type { Command, CommandOutcome } from './command.ts'
import type { ContractSpec } from './contract.ts'
import type { AccountId } from './ids.ts'
import { unreachable } from './invariant.ts'
import type { Order } from './order.ts'
import type { Position } from './position.ts'
import type { QuoteChange } from './quote.ts'
import type { ReadingKind, Snapshot } from './snapshot.ts'
import type { Trade } from './trade.ts'

export type Stream = 'user' | 'market'

/** Facts about one account. All that an account's book and enforcement depend on arrives as one of these. */
export type AccountEvent =
  | {
      readonly kind: 'account-changed'
      readonly accountId: AccountId
      readonly account: Account
      readonly receivedMs: number
    }
  | {
      readonly kind: 'position-changed'
      readonly accountId: AccountId
      readonly position: Position
      readonly receivedMs: number
    }
  | {
      readonly kind: 'order-changed'
      readonly accountId: AccountId
      readonly order: Order
      readonly receivedMs: number
    }
  | {
      readonly kind: 'trade-reported'
      readonly accountId: AccountId
      readonly trade: Trade
      readonly receivedMs: number
    }
  | {
      readonly kind: 'snapshot-read'
      readonly accountId: AccountId
      readonly snapshot: Snapshot
      readonly receivedMs: number
    }
  | {
      readonly kind: 'snapshot-failed'
      readonly accountId: AccountId
      readonly reading: ReadingKind
      readonly reason: string
      readonly receivedMs: number
    }
  | {
      readonly kind: 'command-settled'
      readonly accountId: AccountId
      readonly commandId: string
      readonly command: Command
      readonly outcome: CommandOutcome
      readonly receivedMs: number
    }
  /** Something about the account arrived that does not fit the contract: the book may be wrong now. */
  | {
      readonly kind: 'payload-faulted'
      readonly accountId: AccountId
      readonly reason: string
      readonly receivedMs: number
    }

/** Facts that may concern many accounts. */
export type SharedEvent =
  | { readonly kind: 'quote-changed'; readonly change: QuoteChange; readonly receivedMs: number }
  | { readonly kind: 'contract-learned'; readonly contract: ContractSpec; readonly receivedMs: number }
  /** The stream's subscriptions stand; what happened before is known only by reading. */
  | { readonly kind: 'stream-restored'; readonly stream: Stream; readonly receivedMs: number }
  | { readonly kind: 'stream-lost'; readonly stream: Stream; readonly reason: string; readonly receivedMs: number }
  /** The login is gone and could not be renewed (yet). */
  | { readonly kind: 'authentication-lost'; readonly reason: string; readonly receivedMs: number }

/** `receivedMs` is monotonic time at arrival: the start of every latency that we measure. */
export type DomainEvent = AccountEvent | SharedEvent

/** The event with the identity of what it speaks of, for logs and evidence: `trade-reported 3100000044`. */
export function describeEvent(event: DomainEvent): string {
  switch (event.kind) {
    case 'account-changed':
      return `${event.kind} ${event.accountId}`
    case 'position-changed':
      return `${event.kind} ${event.position.contractId} ${event.position.signedSize}`
    case 'order-changed':
      return `${event.kind} ${event.order.id} ${event.order.status}`
    case 'trade-reported':
      return `${event.kind} ${event.trade.id}`
    case 'snapshot-read':
    case 'snapshot-failed':
    case 'payload-faulted':
      return `${event.kind} ${event.accountId}`
    case 'command-settled':
      return `${event.kind} ${event.commandId} ${event.outcome.kind}`
    case 'quote-changed':
      return `${event.kind} ${event.change.contractId}`
    case 'contract-learned':
      return `${event.kind} ${event.contract.id}`
    case 'stream-restored':
    case 'stream-lost':
      return `${event.kind} ${event.stream}`
    case 'authentication-lost':
      return event.kind
    default:
      return unreachable(event)
  }
}

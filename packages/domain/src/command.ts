import type { AccountId, ContractId, OrderId } from './ids.ts'
import { unreachable } from './invariant.ts'

/** One request that moves an account towards a goal. Every command reduces risk (reliability S-03). */
export type Command =
  /** A market order for the whole net position; harmless when repeated on a flat contract. */
  | { readonly kind: 'close-position'; readonly accountId: AccountId; readonly contractId: ContractId }
  /** Not idempotent: computed from a size read after the last command on the contract settled. */
  | {
      readonly kind: 'reduce-position'
      readonly accountId: AccountId
      readonly contractId: ContractId
      readonly contracts: number
    }
  | {
      readonly kind: 'cancel-order'
      readonly accountId: AccountId
      readonly contractId: ContractId
      readonly orderId: OrderId
    }

/** Why the gateway said no. */
export type Refusal =
  /** Nothing there to act on: the goal is probably met, or the order was filled. Look before believing it. */
  | 'not-found'
  | 'market-closed'
  /** A live or copy-trading account: the gateway does not let us act on it. */
  | 'account-rejected'
  /** More contracts than are open. */
  | 'invalid-size'
  | 'other'

/** The three answers of a command, and the one where nothing was asked. */
export type CommandOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly code: number; readonly message: string | null }
  /** The gateway may or may not have acted: observe before any second attempt. */
  | { readonly kind: 'unknown'; readonly cause: string }
  /** The request certainly never reached the gateway. */
  | { readonly kind: 'not-sent'; readonly cause: string }

/** `close-position CON.F.US.MNQ.Z26`: the command in logs and in the audit trail. */
export function describeCommand(command: Command): string {
  switch (command.kind) {
    case 'close-position':
      return `close-position ${command.contractId}`
    case 'reduce-position':
      return `reduce-position ${command.contractId} by ${command.contracts}`
    case 'cancel-order':
      return `cancel-order ${command.orderId}`
    default:
      return unreachable(command)
  }
}

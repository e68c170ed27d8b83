import type { AccountId, ContractId, OrderId } from './ids.ts'
import { unreachable } from './invariant.ts'
import type { OrderSide } from './order.ts'
import { toPrice, type Ticks } from './ticks.ts'

/** What an order of ours is for (RULE-012): a stop limits the loss or keeps a profit, a target takes one. */
export type ProtectionKind = 'stop' | 'target'

/** One request that moves an account towards a goal, or keeps an order of ours in place. Every command reduces risk (reliability S-03). */
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
  /** A stop or a target against an open position: on the other side and not larger. The tag makes a repetition harmless (reliability 3.4). */
  | {
      readonly kind: 'place-order'
      readonly accountId: AccountId
      readonly contractId: ContractId
      readonly protection: ProtectionKind
      readonly side: OrderSide
      readonly contracts: number
      readonly price: Ticks
      /** Of the contract, so that the price of the request is exact. */
      readonly tickSize: number
      readonly tag: string
    }
  /** A stop only ever moves towards the market; the size follows the position. */
  | {
      readonly kind: 'modify-order'
      readonly accountId: AccountId
      readonly contractId: ContractId
      readonly orderId: OrderId
      readonly protection: ProtectionKind
      /** Size of the whole order, what has filled included. */
      readonly contracts: number
      readonly price: Ticks
      readonly tickSize: number
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
    case 'place-order': {
      const { side, contracts, contractId, protection, price, tickSize } = command
      return `place-order ${side} ${contracts} ${contractId} ${protection} at ${toPrice(price, tickSize)}`
    }
    case 'modify-order': {
      const { orderId, contracts, protection, price, tickSize } = command
      return `modify-order ${orderId} to ${contracts}, ${protection} at ${toPrice(price, tickSize)}`
    }
    default:
      return unreachable(command)
  }
}

import type { ContractId, OrderId } from './ids.ts'
import { unreachable } from './invariant.ts'
import type { PositionSide } from './position.ts'

/** Signed sizes that may be kept and reduced, never enlarged or turned over. A contract that is absent has to stay flat. */
export type Baseline = ReadonlyMap<ContractId, number>

/** A state that must hold (risk rules, 1.5), strictest first. Rules state goals; the enforcer reaches them. */
export type Goal =
  /** No position and no working order. */
  | { readonly kind: 'flat-account' }
  /** The same for all contracts of a product, named as in the settings. */
  | { readonly kind: 'flat-product'; readonly product: string }
  | { readonly kind: 'flat-contract'; readonly contractId: ContractId }
  /** At most that many contracts on that side. */
  | {
      readonly kind: 'cap'
      readonly contractId: ContractId
      readonly side: PositionSide
      readonly contracts: number
    }
  /** Every position within the baseline, no working order that could open or enlarge. With a product its contracts alone are meant. */
  | { readonly kind: 'reduce-only'; readonly baseline: Baseline; readonly product?: string }
  /** The order works no longer. */
  | { readonly kind: 'order-cancelled'; readonly orderId: OrderId }

/** A stable text of the goal: its identity in the store and in the log. */
export function describeGoal(goal: Goal): string {
  switch (goal.kind) {
    case 'flat-account':
      return 'flat account'
    case 'flat-product':
      return `flat ${goal.product}`
    case 'flat-contract':
      return `flat ${goal.contractId}`
    case 'cap':
      return `at most ${goal.contracts} ${goal.contractId} ${goal.side}`
    case 'reduce-only': {
      const kept = [...goal.baseline].map(([contractId, size]) => `${size} ${contractId}`).toSorted()
      const what = goal.product === undefined ? 'reduce only' : `reduce ${goal.product} only`
      return kept.length === 0 ? `${what}, nothing kept` : `${what} within ${kept.join(', ')}`
    }
    case 'order-cancelled':
      return `order ${goal.orderId} cancelled`
    default:
      return unreachable(goal)
  }
}

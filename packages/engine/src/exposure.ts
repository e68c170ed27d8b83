import { type ContractId, type ContractSpec, couldEnlarge, type Goal, namesProduct, unreachable } from '@rm/domain'
import { allowedRange, arbitrate, mayOpen } from '@rm/rules'
import type { Exposure } from '@rm/state/book'

export type ContractLookup = (contractId: ContractId) => ContractSpec | null

/** Whether the exposure is as the goal demands. */
export function isSatisfied(goal: Goal, exposure: Exposure, contract: ContractLookup): boolean {
  switch (goal.kind) {
    case 'flat-account':
      return exposure.sizes.size === 0 && exposure.orders.length === 0
    case 'flat-product':
      return isFlatWhere(exposure, (id) => namesProduct(goal.product, id, contract(id)))
    case 'flat-contract':
      return isFlatWhere(exposure, (id) => id === goal.contractId)
    case 'cap': {
      const size = exposure.sizes.get(goal.contractId) ?? 0
      return goal.side === 'long' ? size <= goal.contracts : size >= -goal.contracts
    }
    case 'reduce-only': {
      const demands = arbitrate([goal])
      for (const [contractId, size] of exposure.sizes) {
        const range = allowedRange(demands, contractId, contract(contractId))
        if (size < range.min || size > range.max) return false
      }
      return !exposure.orders.some(
        (order) =>
          !mayOpen(demands, order.contractId, contract(order.contractId)) &&
          couldEnlarge(order, exposure.sizes.get(order.contractId) ?? 0),
      )
    }
    case 'order-cancelled':
      return !exposure.orders.some((order) => order.id === goal.orderId)
    default:
      return unreachable(goal)
  }
}

/** Whether a goal ends only on two clean readings: those that say "nothing there" (reliability S-09). */
export function needsReadings(goal: Goal): boolean {
  return goal.kind === 'flat-account' || goal.kind === 'flat-product' || goal.kind === 'flat-contract'
}

function isFlatWhere(exposure: Exposure, concerns: (contractId: ContractId) => boolean): boolean {
  for (const contractId of exposure.sizes.keys()) if (concerns(contractId)) return false
  return !exposure.orders.some((order) => concerns(order.contractId))
}

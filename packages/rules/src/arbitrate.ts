import { type Baseline, type ContractId, type ContractSpec, type Goal, type OrderId, unreachable } from '@rm/domain'
import { allowedRange, type Demands, mustBeFlat, type SideCaps } from './demands.ts'

/**
 * Merges goals to what must hold at once: the strictest per contract, and both where neither implies the other. The order of the goals,
 * their grouping and repetitions change nothing (risk rules, 1.5).
 */
export function arbitrate(goals: Iterable<Goal>): Demands {
  let flatAccount = false
  let reduceOnly: Baseline | null = null
  const flatProducts = new Set<string>()
  const flatContracts = new Set<ContractId>()
  const caps = new Map<ContractId, SideCaps>()
  const reduceOnlyProducts = new Map<string, Baseline>()
  const ordersCancelled = new Set<OrderId>()
  for (const goal of goals) {
    switch (goal.kind) {
      case 'flat-account':
        flatAccount = true
        break
      case 'flat-product':
        flatProducts.add(goal.product)
        break
      case 'flat-contract':
        flatContracts.add(goal.contractId)
        break
      case 'cap':
        caps.set(goal.contractId, smallerCaps(caps.get(goal.contractId), goal))
        break
      case 'reduce-only':
        if (goal.product === undefined) reduceOnly = tighter(reduceOnly, goal.baseline)
        else reduceOnlyProducts.set(goal.product, tighter(reduceOnlyProducts.get(goal.product) ?? null, goal.baseline))
        break
      case 'order-cancelled':
        ordersCancelled.add(goal.orderId)
        break
      default:
        return unreachable(goal)
    }
  }
  return { flatAccount, flatProducts, flatContracts, caps, reduceOnly, reduceOnlyProducts, ordersCancelled }
}

/** Whether the demands already ask for all that the goal asks for. Such a goal is recorded and not issued again. */
export function isImplied(
  demands: Demands,
  goal: Goal,
  contract: (contractId: ContractId) => ContractSpec | null,
): boolean {
  if (demands.flatAccount) return true
  switch (goal.kind) {
    case 'flat-account':
      return false
    case 'flat-product':
      return demands.flatProducts.has(goal.product)
    case 'flat-contract':
      return mustBeFlat(demands, goal.contractId, contract(goal.contractId))
    case 'cap': {
      const { min, max } = allowedRange(demands, goal.contractId, contract(goal.contractId))
      return goal.side === 'long' ? max <= goal.contracts : min >= -goal.contracts
    }
    case 'reduce-only':
      return isKeptWithin(demands, goal)
    case 'order-cancelled':
      return demands.ordersCancelled.has(goal.orderId)
    default:
      return unreachable(goal)
  }
}

function smallerCaps(standing: SideCaps | undefined, cap: Extract<Goal, { kind: 'cap' }>): SideCaps {
  const { long, short } = standing ?? { long: null, short: null }
  return cap.side === 'long'
    ? { long: Math.min(long ?? Infinity, cap.contracts), short }
    : { long, short: Math.min(short ?? Infinity, cap.contracts) }
}

/** What both baselines keep: nothing of a contract that one of them lacks or holds on the other side. */
function tighter(standing: Baseline | null, other: Baseline): Baseline {
  const merged = new Map<ContractId, number>()
  for (const [contractId, size] of other) {
    const kept = standing === null ? size : standing.get(contractId)
    if (kept === undefined || kept * size <= 0) continue
    merged.set(contractId, Math.sign(size) * Math.min(Math.abs(size), Math.abs(kept)))
  }
  return merged
}

/** A baseline of the account binds every product; one of a product says nothing about the rest of the account. */
function isKeptWithin(demands: Demands, goal: Extract<Goal, { kind: 'reduce-only' }>): boolean {
  const standing = [demands.reduceOnly]
  if (goal.product !== undefined) {
    if (demands.flatProducts.has(goal.product)) return true
    standing.push(demands.reduceOnlyProducts.get(goal.product) ?? null)
  }
  return standing.some((baseline) => baseline !== null && sameBaseline(tighter(goal.baseline, baseline), baseline))
}

function sameBaseline(a: Baseline, b: Baseline): boolean {
  if (a.size !== b.size) return false
  for (const [contractId, size] of a) if (b.get(contractId) !== size) return false
  return true
}

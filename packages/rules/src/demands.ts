import { type Baseline, type ContractId, type ContractSpec, namesProduct, type OrderId } from '@rm/domain'

/** The most that may be held of a contract on each side; `null`: no cap. */
export interface SideCaps {
  readonly long: number | null
  readonly short: number | null
}

/** Everything that must hold of an account at once. Made by `arbitrate`, read through the questions below. */
export interface Demands {
  readonly flatAccount: boolean
  /** Products as the settings name them. */
  readonly flatProducts: ReadonlySet<string>
  readonly flatContracts: ReadonlySet<ContractId>
  readonly caps: ReadonlyMap<ContractId, SideCaps>
  /** `null`: no reduce-only goal for the account. A contract that is absent has to stay flat. */
  readonly reduceOnly: Baseline | null
  /** The same for single products. */
  readonly reduceOnlyProducts: ReadonlyMap<string, Baseline>
  readonly ordersCancelled: ReadonlySet<OrderId>
}

/** Signed sizes, both ends included. Flat is always inside. */
export interface SizeRange {
  /** Not positive; `-Infinity` when nothing limits the short side. */
  readonly min: number
  /** Not negative; `Infinity` when nothing limits the long side. */
  readonly max: number
}

/** The signed sizes that the demands leave to a contract. */
export function allowedRange(demands: Demands, contractId: ContractId, spec: ContractSpec | null): SizeRange {
  if (mustBeFlat(demands, contractId, spec)) return FLAT
  const caps = demands.caps.get(contractId)
  let min = 0 - (caps?.short ?? Infinity)
  let max = caps?.long ?? Infinity
  for (const baseline of baselinesOf(demands, contractId, spec)) {
    const kept = baseline.get(contractId) ?? 0
    min = Math.max(min, Math.min(0, kept))
    max = Math.min(max, Math.max(0, kept))
  }
  return { min, max }
}

/** Whether the contract may have neither a position nor a working order. */
export function mustBeFlat(demands: Demands, contractId: ContractId, spec: ContractSpec | null): boolean {
  if (demands.flatAccount || demands.flatContracts.has(contractId)) return true
  for (const product of demands.flatProducts) if (namesProduct(product, contractId, spec)) return true
  return false
}

/** Whether an order that could open, enlarge or turn over a position of the contract may work. */
export function mayOpen(demands: Demands, contractId: ContractId, spec: ContractSpec | null): boolean {
  return !mustBeFlat(demands, contractId, spec) && baselinesOf(demands, contractId, spec).length === 0
}

const FLAT: SizeRange = { min: 0, max: 0 }

function baselinesOf(demands: Demands, contractId: ContractId, spec: ContractSpec | null): readonly Baseline[] {
  const { reduceOnly, reduceOnlyProducts } = demands
  if (reduceOnly === null && reduceOnlyProducts.size === 0) return []
  const baselines = reduceOnly === null ? [] : [reduceOnly]
  for (const [product, baseline] of reduceOnlyProducts) {
    if (namesProduct(product, contractId, spec)) baselines.push(baseline)
  }
  return baselines
}

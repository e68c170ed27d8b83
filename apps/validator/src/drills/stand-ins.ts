import { type ContractId, type ContractSpec, type Drill, namesProduct } from '@rm/domain'
import { SymbolPattern, unitsAllowed, unitsPerContract } from '@rm/rules'
import type { DrilledRule } from './drilled-rules.ts'

/** Listed contracts that stand for those of a drill, which no exchange has. */
export interface StandIns {
  readonly by: ReadonlyMap<ContractId, ContractSpec>
  /** Another one, on which the trader wins, loses and comes back. */
  readonly other: ContractSpec
}

/** Trade nearly around the clock, so that they can be traded at the end of a session too. */
const PLAYGROUND = [
  ['ES', 'NQ', 'RTY', 'YM', 'GC', 'CL', 'ZN', 'ZB', '6E', '6A', '6B', '6J', 'SI', 'HG', 'NG', 'ZF', 'ZT', 'TN', 'UB'],
  ['6C', '6N', '6S', 'NKD', 'HO', 'RB', 'QM', 'QG', 'PL', 'E7', 'MES', 'MNQ', 'M2K', 'MYM', 'MCL', 'MGC', 'M6E', 'M6A'],
].flat()

/**
 * What the drill means, in contracts of the exchange, or `null` when it lists none of that kind.
 *
 * @param used - by other drills: they are taken when nothing else is left, as the prices of one would move under the other
 */
export function standIns(
  drilled: DrilledRule,
  drill: Drill,
  listed: readonly ContractSpec[],
  used: ReadonlySet<ContractId>,
): StandIns | null {
  const wanted = new Map(drill.steps.flatMap((step) => ('contract' in step ? [[step.contract.id, step.contract]] : [])))
  const pool = PLAYGROUND.flatMap((root) => listed.filter((contract) => contract.root === root))
    .filter((contract) => isUnlisted(contract, drilled))
    .toSorted((a, b) => Number(used.has(a.id)) - Number(used.has(b.id)))
  const by = new Map<ContractId, ContractSpec>()
  for (const contract of wanted.values()) {
    const found = named(contract, drilled, listed) ?? pool.find((one) => !taken(by).has(one.id))
    if (found === undefined) return null
    by.set(contract.id, found)
  }
  const other = pool.find((one) => !taken(by).has(one.id))
  return other === undefined ? null : { by, other }
}

function taken(by: ReadonlyMap<ContractId, ContractSpec>): ReadonlySet<ContractId> {
  return new Set([...by.values()].map(({ id }) => id))
}

/** The contract that the settings name. */
function named(
  contract: ContractSpec,
  { alone }: DrilledRule,
  listed: readonly ContractSpec[],
): ContractSpec | undefined {
  const [blocked] = alone.symbol_blocks?.blocked_symbols ?? []
  if (blocked !== undefined) {
    const pattern = new SymbolPattern(blocked)
    return listed.find(({ id, root, product }) =>
      pattern.namesContracts ? pattern.matches(id) : pattern.matches(root) || pattern.matches(product),
    )
  }
  return listed.find((one) => one.id === contract.id || namesProduct(contract.root, one.id, one))
}

/** Whether no setting of the rule speaks of it, and it weighs what an unknown one weighs. */
function isUnlisted(contract: ContractSpec, { alone }: DrilledRule): boolean {
  const { max_contracts: size, max_contracts_per_instrument: perProduct, session_block_outside: session } = alone
  if (size !== undefined && unitsPerContract(size, contract.root) * size.limit !== unitsAllowed(size)) return false
  const spokenOf = [
    ...Object.keys(perProduct?.instrument_limits ?? {}),
    ...Object.keys(session?.per_instrument_sessions ?? {}),
  ]
  return !spokenOf.some((key) => namesProduct(key, contract.id, contract))
}

import { ContractId, type ContractSpec } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import { SymbolPattern } from '../symbol-pattern.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A position in something that the first pattern names. */
export const symbolBlocksDrill: DrillMaker<'symbol_blocks'> = ({ blocked_symbols }, { now }) => {
  const [pattern] = blocked_symbols
  if (pattern === undefined) return null
  const contract = namedBy(new SymbolPattern(pattern))
  return {
    startsAt: now,
    steps: [{ kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE }],
    commands: [{ kind: 'close-position', contractId: contract.id }],
    lockout: 'flat',
  }
}

/** A wildcard stands for some letter. */
function namedBy({ text, namesContracts }: SymbolPattern): ContractSpec {
  const name = text.replaceAll(/[*?]/g, 'X')
  return namesContracts ? { ...drillContract(), id: ContractId.parse(name) } : drillContract(name)
}

import { type ContractSpec, namesProduct, RmError } from '@rm/domain'
import type { ConfiguredAccount } from './loaded-config.ts'

/** What the check looks at of an account. */
export type NamingAccount = Pick<ConfiguredAccount, 'name' | 'rules'> & {
  readonly general: Pick<ConfiguredAccount['general'], 'instruments'>
}

/** Whether the configuration names instruments, so that the start has to know the contracts of the venue. */
export function namesInstruments(accounts: readonly NamingAccount[]): boolean {
  return accounts.some(({ general }) => general.instruments.length > 0)
}

/**
 * Why the start has to be refused when the configuration names instruments that the venue does not list (risk rules, 4.8): whoever misspelt
 * one relies on something else than what is watched. `null`: it names none.
 */
export function refusalOfInstruments(
  accounts: readonly NamingAccount[],
  contracts: readonly ContractSpec[],
): RmError | null {
  for (const { name, general } of accounts) {
    const unknown = general.instruments.filter((product) => !isListed(product, contracts))
    if (unknown.length === 0) continue
    const known = [...new Set(contracts.map(({ root }) => root))].toSorted().join(', ')
    const message = `general.instruments of ${name}: expected products of the gateway, was ${unknown.join(', ')}`
    return new RmError('CONFIG_INVALID', message, { known })
  }
  return null
}

/** Products that the settings of rules name and the venue does not list: their limits hold for nothing. */
export function unknownProductsOfRules(
  accounts: readonly NamingAccount[],
  contracts: readonly ContractSpec[],
): readonly string[] {
  const named = accounts.flatMap(({ rules }) => [
    ...Object.keys(rules.max_contracts?.weights ?? {}),
    ...Object.keys(rules.max_contracts_per_instrument?.instrument_limits ?? {}),
    ...Object.keys(rules.session_block_outside?.per_instrument_sessions ?? {}),
  ])
  return [...new Set(named)].filter((product) => !isListed(product, contracts)).toSorted()
}

function isListed(product: string, contracts: readonly ContractSpec[]): boolean {
  return contracts.some((contract) => namesProduct(product, contract.id, contract))
}

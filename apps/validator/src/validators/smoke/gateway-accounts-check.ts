import { type ConfiguredAccount, type LoadedConfig, refusalOfInstruments, unknownProductsOfRules } from '@rm/config'
import { type Account, type ContractSpec, RmError } from '@rm/domain'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { configuredGateway } from './configured-gateway.ts'
import { targetedConfig } from './targeted-config.ts'

/** Logs in to the configured gateway and reads accounts and contracts, as a start would. Nothing is sent. */
export const gatewayAccountsCheck: Check = {
  id: 'gateway-accounts',
  title:
    'The login is accepted, every configured account is there and may trade, and the configured products are listed',
  from: 'quick',
  limitMs: 60_000,
  async run(context) {
    const config = targetedConfig(context)
    if ('notApplicable' in config) return config
    const gateway = configuredGateway(config)
    context.resources.defer(() => gateway.stop())
    context.tell('logs in to the configured gateway')
    await gateway.login()
    const [accounts, contracts] = await Promise.all([gateway.accounts(), gateway.contracts()])
    const watched = config.accounts.filter(({ enabled }) => enabled)
    return answer(
      `Logged in; ${accounts.length} accounts and ${contracts.length} contracts are listed; ${watched.length} accounts are configured.`,
      [...watched.flatMap((one) => accountFindings(one, accounts)), ...productFindings(config, contracts)],
    )
  },
}

/** The accounts of the gateway that an entry of `accounts.yaml` names: one, if it is right. */
export function accountsNamed({ id }: Pick<ConfiguredAccount, 'id'>, accounts: readonly Account[]): readonly Account[] {
  return accounts.filter((account) => account.id === id || account.name === id)
}

function accountFindings(configured: ConfiguredAccount, accounts: readonly Account[]): readonly Finding[] {
  const place = `accounts.yaml: ${configured.name}`
  const failed = (what: string, code: 'ACCOUNT_NOT_FOUND' | 'ACCOUNT_NOT_ENFORCEABLE'): readonly Finding[] => [
    { severity: 'error', place, what, remedy: new RmError(code, what).remedy, failure: 'gateway' },
  ]
  const named = accountsNamed(configured, accounts)
  const [account] = named
  if (account === undefined || named.length > 1) {
    const known = accounts.map(({ id, name }) => `${id} (${name})`).join(', ')
    return failed(
      `${configured.id} matches ${named.length} accounts of the login, which has ${known}`,
      'ACCOUNT_NOT_FOUND',
    )
  }
  if (account.simulated === false) return failed('it is a live account', 'ACCOUNT_NOT_ENFORCEABLE')
  if (account.canTrade) return []
  const remedy =
    'Look at the dashboard of the firm; turn the account off in accounts.yaml (enabled: false) if it is over.'
  return [{ severity: 'error', place, what: 'the firm does not let it trade', remedy, failure: 'gateway' }]
}

function productFindings({ accounts }: LoadedConfig, contracts: readonly ContractSpec[]): readonly Finding[] {
  const watched = accounts.filter(({ enabled }) => enabled)
  const refusal = refusalOfInstruments(watched, contracts)
  const refused: readonly Finding[] =
    refusal === null
      ? []
      : [{ severity: 'error', place: 'general.instruments', what: refusal.message, remedy: refusal.remedy }]
  const unlisted = unknownProductsOfRules(watched, contracts)
  if (unlisted.length === 0) return refused
  const what = `the gateway lists no ${unlisted.join(', ')}: what the settings say of them holds for nothing`
  const remedy = 'Write the product as the exchange names it (MNQ, ES, MCL), or remove it.'
  return [...refused, { severity: 'warning', place: 'products named in the rules', what, remedy }]
}

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { AccountType } from '@rm/config'
import { type AccountId, invariant } from '@rm/domain'
import { parseDocument } from 'yaml'
import type { GatewayPlace, Login } from './init-gateway.ts'
import { type MainLimits, profileText, type Size } from './init-profile.ts'
import { SHIPPED_CONFIG } from './program-files.ts'

/** An account that shall be watched, with what was said about it. */
export interface ChosenAccount {
  readonly id: AccountId
  /** As the platform shows it. */
  readonly name: string
  readonly type: AccountType
  readonly size: Size
  readonly limits: MainLimits
}

/** Everything that the wizard was told. */
export interface Answers {
  readonly place: GatewayPlace
  readonly login: Login
  /** At least one. */
  readonly accounts: readonly ChosenAccount[]
}

/** The files that say something else than the shipped ones, by their path in the folder. */
export function filesOf({ place, login, accounts }: Answers): ReadonlyMap<string, string> {
  const [first] = accounts
  invariant(first !== undefined, 'a configuration watches at least one account')
  return new Map([
    ['.env', environmentText(login)],
    ['accounts.yaml', accountsText(accounts)],
    ['api_config.yaml', apiText(place)],
    ['risk_config.yaml', riskText(first)],
    ...accounts.map(
      (account) =>
        [
          path.join('profiles', `${profileOf(account)}.yaml`),
          profileText(account.size, account.name, account.limits),
        ] as const,
    ),
  ])
}

function profileOf({ id }: ChosenAccount): string {
  return `account-${id}`
}

function environmentText({ userName, apiKey }: Login): string {
  return `# The login that accounts.yaml refers to. Whoever reads this file can trade the accounts: nobody but the daemon's user may.
PROJECTX_USERNAME=${quoted(userName)}
PROJECTX_API_KEY=${quoted(apiKey)}
`
}

/** A value of `.env` that is read as it was typed. */
function quoted(value: string): string {
  return value.includes("'") ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `'${value}'`
}

function accountsText(accounts: readonly ChosenAccount[]): string {
  return `# yaml-language-server: $schema=./schemas/accounts.schema.json
# Who logs in, and which accounts are watched. The login stands in .env; a key that is written here is refused.

topstepx:
  username: \${PROJECTX_USERNAME} # of the ProjectX dashboard, not the e-mail address
  api_key: \${PROJECTX_API_KEY}

accounts:
${accounts.map(accountText).join('\n')}`
}

function accountText(account: ChosenAccount): string {
  const { id, name, type, size } = account
  const plan =
    size === 'practice'
      ? ''
      : `    # Checks the limits against the firm's plan (50k, 100k or 150k).
    plan: { size: ${size} }
`
  return `  - id: ${id}
    name: ${JSON.stringify(name)}
    account_type: ${type} # practice, combine or express
    enabled: true
${plan}    # Its limits: profiles/${profileOf(account)}.yaml. What risk_config.yaml writes wins over them.
    profile: ${profileOf(account)}
`
}

function apiText({ environment, apiUrl, userHubUrl, marketHubUrl }: GatewayPlace): string {
  const file = parseDocument(shipped('api_config.yaml'))
  file.set('environment', environment)
  file.set('api_url', apiUrl)
  file.set('user_hub_url', userHubUrl)
  file.set('market_hub_url', marketHubUrl)
  return file.toString({ lineWidth: 0 })
}

/** Line by line: a YAML writer would indent the long comments of this file elsewhere. */
function riskText(first: ChosenAccount): string {
  const text = shipped('risk_config.yaml')
  const changed = text.replace(/^profile: .*$/m, `profile: ${profileOf(first)}`)
  invariant(changed !== text, 'the shipped risk_config.yaml names a profile')
  return changed
}

function shipped(name: string): string {
  return readFileSync(path.join(SHIPPED_CONFIG, name), 'utf8')
}

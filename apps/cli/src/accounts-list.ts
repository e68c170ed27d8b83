import { type ConfiguredAccount, formatDiagnostics, loadConfig, type LoadedConfig, type LoadOptions } from '@rm/config'
import { type Account, RmError, usdToDecimalText } from '@rm/domain'
import { EXIT_CODES, exitCodeOf } from '@rm/runtime-pack'
import { table, visible, wrapped } from '@rm/runtime-pack/terminal'
import { amount } from './amounts-text.ts'
import type { CommandResult } from './config-check.ts'
import type { AccountList } from './init-wizard.ts'
import { painted, type TextStyle } from './text-style.ts'

export interface ListOptions extends LoadOptions {
  readonly accountsOf: AccountList
  readonly face: 'text' | 'json'
  readonly style: TextStyle
}

/** An account of the configuration, of the login, or of both. */
interface KnownAccount {
  readonly configured: ConfiguredAccount | null
  /** `null`: the login has none, or several, of that id. */
  readonly listed: Account | null
}

/** `accounts list`: who is watched, and who is not. */
export async function listAccounts({ accountsOf, face, style, ...options }: ListOptions): Promise<CommandResult> {
  const config = loadConfig(options)
  if (!config.ok)
    return { output: `${formatDiagnostics(config.diagnostics, style)}\n`, exitCode: EXIT_CODES.configuration }
  try {
    const known = matched(config.accounts, await listedBy(config, accountsOf))
    const output = face === 'json' ? `${JSON.stringify(known.map(factsOf), null, 2)}\n` : listText(known, style)
    return { output, exitCode: EXIT_CODES.success }
  } catch (error) {
    return gatewayRefusal(error)
  }
}

/** The accounts of the configuration's login. */
export function listedBy({ api, credentials }: LoadedConfig, accountsOf: AccountList): Promise<readonly Account[]> {
  const { environment, apiUrl, userHubUrl, marketHubUrl, tls } = api
  const place = { environment, apiUrl, userHubUrl, marketHubUrl, caFile: tls.caFile }
  return accountsOf(place, { userName: credentials.userName, apiKey: credentials.apiKey.reveal() })
}

/** What a gateway that gives no list has to say. */
export function gatewayRefusal(error: unknown): CommandResult {
  if (!(error instanceof RmError)) throw error
  return {
    output: `${error.code}: ${visible(error.message)}\n  ${error.remedy}\n`,
    exitCode: exitCodeOf(error.failure),
  }
}

function matched(configured: readonly ConfiguredAccount[], listed: readonly Account[]): readonly KnownAccount[] {
  const inFile = configured.map((one) => {
    const [match, ...others] = listed.filter(({ id, name }) => id === one.id || name === one.id)
    return { configured: one, listed: others.length === 0 ? (match ?? null) : null }
  })
  const taken = new Set(inFile.map((one) => one.listed?.id))
  const others = listed.filter(({ id, visible: isShown }) => isShown && !taken.has(id))
  return [...inFile, ...others.map((one) => ({ configured: null, listed: one }))]
}

function factsOf({ configured, listed }: KnownAccount) {
  return {
    id: listed?.id ?? configured?.id,
    name: listed?.name ?? null,
    calledInFile: configured?.name ?? null,
    type: configured?.type ?? null,
    watched: configured?.enabled ?? false,
    ofThisLogin: listed !== null,
    balance: listed === null || listed.balance === null ? null : usdToDecimalText(listed.balance),
    canTrade: listed?.canTrade ?? null,
    simulated: listed?.simulated ?? null,
  }
}

function listText(known: readonly KnownAccount[], style: TextStyle): string {
  const rows = known.map(({ configured, listed }) => [
    visible(listed?.name ?? configured?.name ?? ''),
    String(listed?.id ?? configured?.id ?? ''),
    watchedText(configured),
    amount(listed?.balance ?? null),
    remarksOf(configured, listed).join(', '),
  ])
  const unwatched = known.filter(({ configured }) => configured?.enabled !== true)
  const names = unwatched.map(({ configured, listed }) => visible(listed?.name ?? configured?.name ?? ''))
  const sentence =
    names.length === 0 ? 'Every account of this login is watched.' : `Nobody watches ${names.join(', ')}.`
  const last = wrapped(sentence, style.width, 2).map((line) =>
    painted(line, names.length === 0 ? 'green' : 'yellow', style),
  )
  return `${table(['account', 'id', 'watched', 'balance', ''], rows, style.width)}\n${last.join('\n')}\n`
}

function watchedText(configured: ConfiguredAccount | null): string {
  if (configured === null) return 'no'
  return configured.enabled ? 'yes' : 'turned off'
}

function remarksOf(configured: ConfiguredAccount | null, listed: Account | null): readonly string[] {
  const remarks: string[] = []
  if (listed === null) remarks.push('not of this login')
  if (configured !== null && listed !== null && configured.name !== listed.name)
    remarks.push(`called ${visible(configured.name)}`)
  if (listed?.simulated === false) remarks.push('live: cannot be protected')
  if (listed?.canTrade === false) remarks.push('may not trade')
  return remarks
}

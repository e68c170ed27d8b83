import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ConfiguredAccount, LoadedConfig } from '@rm/config'
import { parseDocument } from 'yaml'

/** An account of a configuration as the simulated gateway has it. */
export interface RehearsedAccount {
  readonly id: number
  readonly name: string
  readonly configured: ConfiguredAccount
}

/** Settings by which a daemon reaches people, other machines and folders that are not its own: a rehearsal must not. */
const LEADING_OUT: readonly (readonly string[])[] = [
  ['general', 'notifications'],
  ['general', 'heartbeat'],
  ['general', 'audit'],
  ['general', 'control'],
  ['general', 'certificate'],
  ['general', 'database'],
  ['general', 'logging', 'directory'],
  ['general', 'logging', 'console'],
]

/** What a rehearsal reaches its gateway by; the embedded simulator says where it is by these. */
const SIMULATED_GATEWAY = {
  environment: 'simulator',
  api_url: '${SIM_API_URL}',
  user_hub_url: '${SIM_USER_HUB_URL}',
  market_hub_url: '${SIM_MARKET_HUB_URL}',
} as const

/**
 * Copies the configuration so that the same rules hold for the same accounts on a simulated gateway: rules, profiles, layers, timers and every other setting
 * stay; the gateway's addresses and the login are the simulator's.
 *
 * @param into - a folder that is not there yet
 */
export function rehearsalConfig(directory: string, into: string): void {
  mkdirSync(into, { recursive: true })
  for (const name of configFiles(directory)) {
    const target = path.join(into, name)
    mkdirSync(path.dirname(target), { recursive: true })
    cpSync(path.join(directory, name), target)
    chmodSync(target, 0o600)
    change(target, name)
  }
  const gateway = path.join(into, 'api_config.yaml')
  if (!existsSync(gateway)) writeFileSync(gateway, '')
  change(gateway, 'api_config.yaml')
}

/** The accounts that are watched. One that is known by its name alone gets a number that no other has. */
export function rehearsedAccounts({ accounts }: LoadedConfig): readonly RehearsedAccount[] {
  const watched = accounts.filter(({ enabled }) => enabled)
  const taken = new Set(watched.map(({ id }) => id).filter((id) => typeof id === 'number'))
  let next = 9_000_001
  return watched.map((configured) => {
    const { id, name } = configured
    if (typeof id === 'number') return { id, name, configured }
    while (taken.has(next as typeof id & number)) next += 1
    next += 1
    return { id: next - 1, name: id, configured }
  })
}

/** YAML files and nothing else: what holds secrets stays where it is. */
function configFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name))
}

function change(file: string, name: string): void {
  const document = parseDocument(readFileSync(file, 'utf8'))
  if (name === 'api_config.yaml') for (const [key, value] of Object.entries(SIMULATED_GATEWAY)) document.set(key, value)
  else if (name === 'accounts.yaml') {
    document.setIn(['topstepx', 'username'], '${PROJECTX_USERNAME}')
    document.setIn(['topstepx', 'api_key'], '${PROJECTX_API_KEY}')
  } else for (const key of LEADING_OUT) if (document.hasIn(key)) document.deleteIn(key)
  if (name === 'logging.yaml') for (const key of ['directory', 'console']) document.delete(key)
  writeFileSync(file, document.toString())
}

import { AccountId } from '@rm/domain'
import { z } from 'zod'
import { readSettings, Source } from './account-settings.ts'
import type { Credentials } from './accounts-file.ts'
import { readApiFile } from './api-file.ts'
import { mapAt, type MapNode, nodeAt } from './config-node.ts'
import { Report } from './diagnostic.ts'
import { effectiveSnapshot } from './effective-snapshot.ts'
import { AnyJson } from './json.ts'
import { type ConfiguredAccount, type LoadedConfig, type RefusedConfig, ruleCountOf } from './loaded-config.ts'
import { readRiskSettings } from './risk-settings.ts'
import { Secret } from './secret.ts'
import { CALLING_SECTIONS, recalledChannels, storedChannelsOf } from './stored-channels.ts'
import { jsonOfTree, treeOfJson } from './stored-tree.ts'
import { readTimersFile } from './timers-file.ts'

/**
 * A whole configuration as it was written, layers merged and variables replaced: what is kept for a start at which the files are refused.
 * Without secrets: of the credentials and of those of the alert channels it knows the variables.
 */
export type StoredConfig = z.infer<typeof StoredConfig>

/** The trees of a folder that was accepted. */
export interface AcceptedTrees {
  readonly api: MapNode
  /** `accounts.yaml`, of which the names of the login's variables are taken. */
  readonly login: MapNode | null
  readonly base: MapNode
  readonly timers: MapNode
}

export function storedConfigOf(
  { api, login, base, timers }: AcceptedTrees,
  accounts: readonly ConfiguredAccount[],
): StoredConfig {
  const general = [...(mapAt(base, ['general'])?.entries ?? [])].filter(([key]) => !isCalling(key))
  return {
    login: { userName: loginWord(login, 'username'), apiKey: loginWord(login, 'api_key') },
    api: jsonOfTree(api),
    general: Object.fromEntries(general.map(([key, { node }]) => [key, jsonOfTree(node)])),
    channels: storedChannelsOf(base),
    timers: jsonOfTree(timers),
    accounts: accounts.map(({ id, name, type, enabled, source }) => ({ id, name, type, enabled, source })),
  }
}

/**
 * The configuration that was stored, with the credentials of today. `null` when this version does not accept it.
 *
 * @param stored - as a store gives it back
 * @param hash - of the configuration that it was made of
 * @returns `credentials: null` when nobody knows them
 */
export function readStoredConfig(
  stored: unknown,
  hash: string,
  refused: Pick<RefusedConfig, 'credentials' | 'variable'>,
): (Omit<LoadedConfig, 'credentials'> & { readonly credentials: Credentials | null }) | null {
  const parsed = StoredConfig.safeParse(stored)
  if (!parsed.success) return null
  const { login } = parsed.data
  const report = new Report()
  const [apiTree, timersTree] = [treeOfJson(parsed.data.api), treeOfJson(parsed.data.timers)]
  const channels = recalledChannels(parsed.data.channels, refused.variable)
  const risk = treeOfJson({ general: { ...parsed.data.general, ...channels }, rules: {} })
  if (apiTree.kind !== 'map' || timersTree.kind !== 'map' || risk.kind !== 'map') return null
  const api = readApiFile(apiTree, report)
  const terms = readTimersFile(timersTree, report)
  const { general } = readRiskSettings(risk, report)
  const accounts = parsed.data.accounts.flatMap((account) => readAccount(account) ?? [])
  if (api === null || terms === null || general === null || accounts.length < parsed.data.accounts.length) return null
  const { timers, reset, weeklyReset, holidays } = terms
  return {
    ok: true,
    api,
    credentials: refused.credentials ?? credentialsOf(login, refused.variable),
    accounts,
    timers,
    reset,
    weeklyReset,
    holidays,
    general,
    warnings: [],
    notices: [],
    lint: [],
    hash,
    ruleCount: ruleCountOf(accounts),
    files: [],
    variable: refused.variable,
    effective: effectiveSnapshot({ api, accounts, timers, reset, weeklyReset, holidays, general }),
    stored: parsed.data,
  }
}

const StoredAccount = z.strictObject({
  id: z.union([AccountId, z.string().min(1)]),
  name: z.string(),
  type: z.enum(['practice', 'combine', 'express']),
  enabled: z.boolean(),
  source: Source,
})

const StoredConfig = z.strictObject({
  /** A variable as `${NAME}`; a user name may be a literal text. */
  login: z.strictObject({ userName: z.string(), apiKey: z.string() }),
  api: AnyJson,
  /** What holds for the daemon. */
  general: z.record(z.string(), AnyJson),
  /** How people are called; an earlier version kept nothing of it. */
  channels: AnyJson.default({}),
  timers: AnyJson,
  accounts: z.array(StoredAccount).readonly(),
})

function isCalling(section: string): boolean {
  return CALLING_SECTIONS.some((one) => one === section)
}

const VARIABLE = /^\$\{(\w+)\}$/

/** `${NAME}` for a value that is one variable, the text of a user name that is written out; a key never is (it would be refused). */
function loginWord(accountsTree: MapNode | null, key: 'username' | 'api_key'): string {
  const node = accountsTree === null ? null : nodeAt(accountsTree, ['topstepx', key])
  if (node?.kind !== 'scalar') return ''
  const [name] = node.variables
  if (node.origin === 'variable' && name !== undefined) return `\${${name}}`
  return key === 'username' ? node.text : ''
}

function credentialsOf(
  { userName, apiKey }: StoredConfig['login'],
  variable: RefusedConfig['variable'],
): Credentials | null {
  const [name, key] = [VARIABLE.exec(userName)?.[1], VARIABLE.exec(apiKey)?.[1]]
  const user = name === undefined ? userName : variable(name)
  const secret = key === undefined ? null : variable(key)
  return user === null || user === '' || secret === null ? null : { userName: user, apiKey: new Secret(secret) }
}

function readAccount({ source, ...entry }: z.infer<typeof StoredAccount>): ConfiguredAccount | null {
  const read = readSettings(source)
  if (read === null) return null
  const { rules, general } = read.settings
  return { ...entry, description: null, plan: null, rules, general, source: read.source }
}

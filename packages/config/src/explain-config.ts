import { type ConfigNode, type MapNode, plainOf } from './config-node.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import { isSecretPath } from './explain-issues.ts'
import { jsonOf } from './effective-snapshot.ts'
import type { Json } from './json.ts'
import { type LoadOptions, readFolder } from './read-folder.ts'
import { masked } from './secret.ts'
import { settingsSchema, type SchemaNode } from './settings-schema.ts'

/** The value of one key that is in force, and where it comes from. */
export interface ExplainedSetting {
  /** `rules.max_contracts.limit` */
  readonly path: string
  /** As it is written; a credential is masked, `null` when there is neither a value nor a default. */
  readonly value: Json
  /** The layer that spoke last: `default`, `profile`, `risk_config.yaml`, `logging.yaml`, `account file`, `config_overrides`, or the file. */
  readonly layer: string
  /** `null` for a default. */
  readonly place: Pick<Place, 'file' | 'line' | 'column'> | null
  /** Variables that the value came from. */
  readonly variables: readonly string[]
  /** The place that gave each of them: `systemd credential`, `credentials.enc`, `environment`, `.env`; `unset` for one with a default. */
  readonly sources: readonly string[]
}

/** What holds for one account. */
export interface ExplainedAccount {
  readonly name: string
  /** The number, or the name by which the gateway knows it. */
  readonly id: string
  /** `general` and `rules` with all layers laid over each other. */
  readonly settings: readonly ExplainedSetting[]
}

/** The effective value of every key of every file. */
export interface Explanation {
  readonly ok: true
  readonly accounts: readonly ExplainedAccount[]
  /** `accounts.yaml` itself, without the layers in it. */
  readonly login: readonly ExplainedSetting[]
  readonly timers: readonly ExplainedSetting[]
  readonly api: readonly ExplainedSetting[]
}

/** The layers of risk settings that stand in a file of another name than theirs. */
const LAYER_OF_FILE: Readonly<Record<string, string>> = { 'accounts.yaml': 'config_overrides' }

/** Says of every key which value is in force and which layer gave it (risk rules, 4.1). Refused when the configuration is. */
export function explainConfig(
  options: LoadOptions,
): Explanation | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const { report, folder, api, accountsTree, timers, checked } = readFolder(options)
  if (report.hasErrors || api === null || accountsTree === null || timers === null)
    return { ok: false, diagnostics: report.all() }
  const explained = (
    schema: SchemaNode,
    tree: MapNode,
    layerOf: (place: Place) => string,
  ): readonly ExplainedSetting[] =>
    settingsOf(schema, tree, layerOf).map((setting) => ({
      ...setting,
      sources: setting.variables.map((name) => folder.sourceOf(name) ?? 'unset'),
    }))
  return {
    ok: true,
    accounts: checked.map(({ layers, settings }) => ({
      name: layers.label,
      id: String(layers.entry?.id ?? layers.label),
      settings: explained(settingsSchema('risk'), settings.tree, (place) => LAYER_OF_FILE[place.layer] ?? place.layer),
    })),
    login: explained(settingsSchema('accounts'), accountsTree, fileLayer),
    timers: explained(settingsSchema('timers'), timers.tree, fileLayer),
    api: explained(settingsSchema('api'), api.tree, fileLayer),
  }
}

function fileLayer(place: Place): string {
  return place.layer
}

/** A value in the tree, with the place of its key. */
interface Written {
  readonly at: Place
  readonly node: ConfigNode
}

/** A setting before anybody asked where its variables were found. */
type WrittenSetting = Omit<ExplainedSetting, 'sources'>

function settingsOf(schema: SchemaNode, tree: MapNode, layerOf: (place: Place) => string): readonly WrittenSetting[] {
  const settings: WrittenSetting[] = []
  const note = (path: string, written: Written | null, byDefault: unknown): void => {
    settings.push(written === null ? defaultSetting(path, byDefault) : writtenSetting(path, written, layerOf))
  }
  const walk = (node: SchemaNode, written: Written | null, path: string): void => {
    const { properties, additionalProperties: others, items } = node
    if (path === 'config_overrides' || path.endsWith('.config_overrides')) return // shown as a layer of its account
    if (properties !== undefined) {
      if (written === null && isLeftOut(path))
        return note(path, null, isRule(path) ? 'off: no layer mentions it' : undefined)
      for (const [key, child] of Object.entries(properties)) {
        if (typeof child === 'object' && isWorthTelling(child, entryOf(written, key)))
          walk(child, entryOf(written, key), joined(path, key))
      }
      for (const [key, entry] of ownEntries(written, properties)) note(joined(path, key), entry, undefined)
    } else if (typeof others === 'object' && written?.node.kind === 'map' && written.node.entries.size > 0) {
      for (const [key, { keyAt, node: child }] of written.node.entries) {
        walk(others, { at: keyAt, node: child }, joined(path, key))
      }
    } else if (isSectionList(items) && written?.node.kind === 'list' && written.node.items.length > 0) {
      for (const [index, item] of written.node.items.entries())
        walk(items, { at: item.at, node: item }, `${path}[${index}]`)
    } else note(path, written, node.default)
  }
  walk(schema, { at: tree.at, node: tree }, '')
  return settings
}

/** A whole section without defaults that nobody wrote: a rule that is off, an account's plan, a session elsewhere. */
function isLeftOut(path: string): boolean {
  return isRule(path) || /(^|\.)(plan|global_session|session_hours|monitored_account|accounts)$/.test(path)
}

function isRule(path: string): boolean {
  return /^rules\.\w+$/.test(path)
}

/** Rules of other versions and the older form for one account are told only when they are written. */
function isWorthTelling(schema: SchemaNode, written: Written | null): boolean {
  return written !== null || schema.deprecated !== true
}

function entryOf(written: Written | null, key: string): Written | null {
  if (written?.node.kind !== 'map') return null
  const entry = written.node.entries.get(key)
  return entry === undefined ? null : { at: entry.keyAt, node: entry.node }
}

/** Keys that a section has beyond those of its schema: those of an alert channel. */
function ownEntries(written: Written | null, properties: object): readonly (readonly [string, Written])[] {
  if (written?.node.kind !== 'map') return []
  return [...written.node.entries]
    .filter(([key]) => !Object.hasOwn(properties, key))
    .map(([key, { keyAt, node }]) => [key, { at: keyAt, node }])
}

function isSectionList(items: SchemaNode['items']): items is SchemaNode {
  return typeof items === 'object' && !Array.isArray(items) && items.properties !== undefined
}

function defaultSetting(path: string, value: unknown): WrittenSetting {
  return { path, value: jsonOf(value), layer: 'default', place: null, variables: [] }
}

function writtenSetting(path: string, { at, node }: Written, layerOf: (place: Place) => string): WrittenSetting {
  const { file, line, column } = node.kind === 'scalar' ? node.at : at
  return {
    path,
    value: node.kind === 'scalar' && isSecret(path, node.value) ? masked(node.text) : jsonOf(plainOf(node)),
    layer: layerOf(at),
    place: { file, line, column },
    variables: node.kind === 'scalar' ? node.variables : [],
  }
}

/** Credentials, whoever logs in, and whatever an alert channel is told apart from being on. */
function isSecret(path: string, value: unknown): boolean {
  if (path.startsWith('topstepx.')) return true
  if (path.startsWith('general.notifications.')) return typeof value !== 'boolean'
  if (path === 'general.heartbeat.url') return true
  return isSecretPath(path.split('.').slice(-1))
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

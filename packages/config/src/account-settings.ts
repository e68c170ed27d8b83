import { type Holidays, type ResetSpec, type Timers, unreachable } from '@rm/domain'
import type { EnabledRules } from '@rm/rules'
import { z } from 'zod'
import { type ConfigNode, mapAt, type MapNode } from './config-node.ts'
import { type Place, Report } from './diagnostic.ts'
import type { GeneralSettings } from './general-settings.ts'
import type { Json } from './json.ts'
import { readRiskSettings } from './risk-settings.ts'
import { readTimersFile } from './timers-file.ts'

/** All that decides what an account may do. A change of it may not loosen at any time (reliability S-13). */
export interface AccountSettings {
  /** The rules that are on. */
  readonly rules: EnabledRules
  readonly general: GeneralSettings
  readonly timers: Timers
  readonly reset: ResetSpec
  readonly holidays: Holidays
}

/** The merged layers as they were written, variables replaced, without credentials: what a store keeps to know them again. */
export interface SettingsSource {
  readonly risk: Json
  readonly timers: Json
}

/** Sections of `general` that no account depends on; some of them hold credentials. */
const DAEMON_SECTIONS: ReadonlySet<string> = new Set(['notifications', 'database', 'audit', 'logging'])

export function sourceOf(risk: MapNode, timers: MapNode): SettingsSource {
  const general = mapAt(risk, ['general'])
  const kept = [...(general?.entries ?? [])].filter(([key]) => !DAEMON_SECTIONS.has(key))
  const rules = mapAt(risk, ['rules'])
  return {
    risk: {
      general: Object.fromEntries(kept.map(([key, { node }]) => [key, jsonOf(node)])),
      rules: rules === null ? {} : jsonOf(rules),
    },
    timers: jsonOf(timers),
  }
}

/**
 * The settings that a source amounts to, or `null` when this version does not accept them.
 *
 * @param stored - a source as a store gives it back
 */
export function readSettings(
  stored: unknown,
): { readonly source: SettingsSource; readonly settings: AccountSettings } | null {
  const parsed = Source.safeParse(stored)
  if (!parsed.success) return null
  const report = new Report()
  const risk = nodeOf(parsed.data.risk)
  const timersTree = nodeOf(parsed.data.timers)
  if (risk.kind !== 'map' || timersTree.kind !== 'map') return null
  const { general, rules, isComplete } = readRiskSettings(risk, report)
  const timers = readTimersFile(timersTree, report)
  if (general === null || timers === null || !isComplete) return null
  const settings = { rules, general, timers: timers.timers, reset: timers.reset, holidays: timers.holidays }
  return { source: parsed.data, settings }
}

const Source = z.strictObject({ risk: z.json(), timers: z.json() })

const STORED: Place = { file: 'stored settings', line: 1, column: 1, layer: 'store' }

function jsonOf(node: ConfigNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'broken':
      return null
    case 'list':
      return node.items.map(jsonOf)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, jsonOf(entry.node)]))
    default:
      return unreachable(node)
  }
}

function nodeOf(json: Json): ConfigNode {
  if (json === null || typeof json !== 'object') {
    const isQuoted = typeof json === 'string'
    return { kind: 'scalar', at: STORED, value: json, text: String(json), isQuoted, origin: 'literal', variables: [] }
  }
  if (isList(json)) return { kind: 'list', at: STORED, items: json.map(nodeOf) }
  const entries = Object.entries(json).map(([key, value]) => [key, { keyAt: STORED, node: nodeOf(value) }] as const)
  return { kind: 'map', at: STORED, entries: new Map(entries) }
}

/** `Array.isArray` does not narrow a read-only list. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

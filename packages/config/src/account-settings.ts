import type { Holidays, ResetSpec, Timers } from '@rm/domain'
import type { EnabledRules } from '@rm/rules'
import { z } from 'zod'
import { mapAt, type MapNode } from './config-node.ts'
import { Report } from './diagnostic.ts'
import type { GeneralSettings } from './general-settings.ts'
import { AnyJson, type Json } from './json.ts'
import { readRiskSettings } from './risk-settings.ts'
import { jsonOfTree, treeOfJson } from './stored-tree.ts'
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
const DAEMON_SECTIONS: ReadonlySet<string> = new Set(['notifications', 'heartbeat', 'database', 'audit', 'logging'])

export function sourceOf(risk: MapNode, timers: MapNode): SettingsSource {
  const general = mapAt(risk, ['general'])
  const kept = [...(general?.entries ?? [])].filter(([key]) => !DAEMON_SECTIONS.has(key))
  const rules = mapAt(risk, ['rules'])
  return {
    risk: {
      general: Object.fromEntries(kept.map(([key, { node }]) => [key, jsonOfTree(node)])),
      rules: rules === null ? {} : jsonOfTree(rules),
    },
    timers: jsonOfTree(timers),
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
  const risk = treeOfJson(parsed.data.risk)
  const timersTree = treeOfJson(parsed.data.timers)
  if (risk.kind !== 'map' || timersTree.kind !== 'map') return null
  const { general, rules, isComplete } = readRiskSettings(risk, report)
  const timers = readTimersFile(timersTree, report)
  if (general === null || timers === null || !isComplete) return null
  const settings = { rules, general, timers: timers.timers, reset: timers.reset, holidays: timers.holidays }
  return { source: parsed.data, settings }
}

export const Source = z.strictObject({ risk: AnyJson, timers: AnyJson })

import { EVALUATION_ORDER, type RuleId, rules } from '@rm/rules'
import { type ConfigNode, emptyMap, isNull, type MapNode, nodeAt, placeOf, placeOfKey } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { describe, explainIssues, type RenamedKeys, unknownKey } from './explain-issues.ts'
import { GeneralSchema } from './general-settings.ts'
import { CHANNEL_CREDENTIALS, NOTIFICATION_CHANNELS } from './notification-settings.ts'
import { partialIssues } from './partial-issues.ts'
import { masked } from './secret.ts'

/** `profile` and `base` hold for several accounts, `account` for one. */
export type LayerScope = 'profile' | 'base' | 'account'

const ROOT_KEYS = ['schema_version', 'profile', 'general', 'rules'] as const
const SCHEMA_VERSION = 1

/** Sections of `general` that are one for the whole daemon. */
export const DAEMON_KEYS = [
  'database',
  'audit',
  'control',
  'certificate',
  'logging',
  'notifications',
  'heartbeat',
  'loosening',
  'timezone',
] as const

const ROOT_RENAMED_KEYS: RenamedKeys = {
  logging: 'general.logging, or a file logging.yaml',
  database: 'general.database',
  risk_rules: 'rules',
  version: 'schema_version',
}

const GENERAL_RENAMED_KEYS: RenamedKeys = {
  database_path: 'database.path',
  log_level: 'logging.level',
  reset_time: 'daily_reset.time in timers_config.yaml: one clock for all rules',
  'logging.log_level': 'level',
}

function isRule(key: string): key is RuleId {
  return Object.hasOwn(rules, key)
}

/**
 * Examines one layer of the risk settings by itself: unknown keys and values of a wrong form are mistakes in every layer, also where a later
 * one replaces them. What is missing, and how values fit together, only the merged settings can tell.
 */
export function examineLayer(layer: MapNode, scope: LayerScope, report: Report): void {
  for (const [key, { keyAt, node }] of layer.entries) {
    switch (key) {
      case 'schema_version':
        examineVersion(node, report)
        break
      case 'profile':
        if (scope !== 'base') report.error(keyAt, key, NO_PROFILE_HERE)
        break
      case 'general':
        examineGeneral(layer, node, scope, report)
        break
      case 'rules':
        examineRules(layer, node, report)
        break
      default:
        report.error(
          keyAt,
          key,
          unknownKey(key, ROOT_KEYS, Object.hasOwn(ROOT_RENAMED_KEYS, key) ? ROOT_RENAMED_KEYS[key] : undefined),
        )
    }
  }
}

/** The map at a key, or an empty one when it is absent or all its keys are commented out. `null` when something else stands there. */
export function sectionOf(root: MapNode, path: readonly string[]): MapNode | null {
  const node = nodeAt(root, path)
  if (node === null || isNull(node)) return emptyMap(placeOf(root, path))
  return node.kind === 'map' ? node : null
}

const NO_PROFILE_HERE = {
  expected: 'general and rules',
  got: 'a profile',
  why: 'a profile lies below risk_config.yaml; here it would be unclear what replaces what',
  fix: 'write `profile:` in risk_config.yaml, or in the entry of the account in accounts.yaml',
}

function examineVersion(node: ConfigNode, report: Report): void {
  if (node.kind === 'broken' || (node.kind === 'scalar' && node.value === SCHEMA_VERSION)) return
  report.error(node.at, 'schema_version', {
    expected: String(SCHEMA_VERSION),
    got: describe(node, []),
    why: 'this program understands files of that version',
    fix: `write ${SCHEMA_VERSION}; a newer file needs a newer program`,
  })
}

function examineGeneral(layer: MapNode, node: ConfigNode, scope: LayerScope, report: Report): void {
  const section = sectionAt(layer, ['general'], node, report)
  if (section === null) return
  const examined = { root: layer, path: ['general'], schema: GeneralSchema, renamedKeys: GENERAL_RENAMED_KEYS }
  explainIssues(partialIssues(GeneralSchema, section), examined, report)
  examineCredentials(layer, report)
  if (scope !== 'account') return
  for (const key of DAEMON_KEYS) {
    if (!section.entries.has(key)) continue
    const path = ['general', key]
    report.error(placeOfKey(layer, path), keyPathOf(path), {
      expected: 'settings of this account',
      got: `\`${key}\`, which all accounts share`,
      why: 'there is one daemon, one store and one log',
      fix: 'move the key to risk_config.yaml',
    })
  }
}

/** Credentials of alert channels come from variables; the address of the heartbeat is one. */
function examineCredentials(layer: MapNode, report: Report): void {
  const paths = NOTIFICATION_CHANNELS.flatMap((channel) =>
    CHANNEL_CREDENTIALS[channel].map((key) => ['general', 'notifications', channel, key]),
  )
  for (const path of [...paths, ['general', 'heartbeat', 'url']]) {
    const node = nodeAt(layer, path)
    if (node?.kind !== 'scalar' || node.origin === 'variable') continue
    report.error(node.at, keyPathOf(path), {
      expected: 'a variable such as `${DISCORD_WEBHOOK_URL}`',
      got: masked(node.text),
      why: 'whoever reads or copies the file could use it',
      fix: 'write a variable, and set it in the environment or in .env',
    })
  }
}

function examineRules(layer: MapNode, node: ConfigNode, report: Report): void {
  const section = sectionAt(layer, ['rules'], node, report)
  if (section === null) return
  for (const [key, entry] of section.entries) {
    const path = ['rules', key]
    if (!isRule(key)) {
      report.error(entry.keyAt, keyPathOf(path), unknownKey(key, EVALUATION_ORDER, undefined))
      continue
    }
    const block = sectionAt(layer, path, entry.node, report)
    if (block === null) continue
    const { settings, renamedKeys } = rules[key]
    explainIssues(partialIssues(settings, block), { root: layer, path, schema: settings, renamedKeys }, report)
  }
}

function sectionAt(layer: MapNode, path: readonly string[], node: ConfigNode, report: Report): MapNode | null {
  const section = sectionOf(layer, path)
  if (section === null && node.kind !== 'broken')
    report.error(node.at, keyPathOf(path), {
      expected: 'a map of keys',
      got: describe(node, path),
      why: 'settings are found by their key',
      fix: 'indent the keys below it',
    })
  return section
}

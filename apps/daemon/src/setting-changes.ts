import type { Json, SettingsSource } from '@rm/config'
import { policyFacts, type PolicyInForce } from '@rm/engine'

/** One setting that the configuration names differently, in the words of its file. */
export interface SettingChange {
  /** `rules.max_contracts.limit`, `timers.daily_reset.time`. */
  readonly path: string
  /** JSON text; `null`: not written. */
  readonly before: string | null
  readonly after: string | null
  readonly applies: 'at once' | 'at the next reset without a lockout'
}

/** What is written differently, and when it takes effect. */
export function settingChanges(
  before: SettingsSource,
  after: SettingsSource,
  { policy, pending }: PolicyInForce,
): readonly SettingChange[] {
  const [old, next] = [textsOf(before), textsOf(after)]
  const waiting = pending === null ? [] : differences(policyFacts(policy), policyFacts(pending))
  return differences(old, next).map((path) => ({
    path,
    before: old.get(path) ?? null,
    after: next.get(path) ?? null,
    applies: waits(path, waiting) ? 'at the next reset without a lockout' : 'at once',
  }))
}

/** A setting of a rule is called the same in the file and in the policy. What else is written waits as long as anything else does. */
function waits(path: string, waiting: readonly string[]): boolean {
  const [section, rule, key = ''] = path.split('.')
  if (section !== 'rules') return waiting.some((fact) => !fact.startsWith('rules.'))
  if (key === 'enabled' || key === '') return waiting.some((fact) => fact.startsWith(`rules.${rule}.`))
  return waiting.some((fact) => fact.startsWith(`rules.${rule}.${key}`))
}

function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly string[] {
  const paths = new Set([...a.keys(), ...b.keys()])
  return [...paths].filter((path) => a.get(path) !== b.get(path)).toSorted()
}

function textsOf({ risk, timers }: SettingsSource): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  flatten([], risk, texts)
  flatten(['timers'], timers, texts)
  return texts
}

/** Lists are one value, as in the files, where they replace each other as a whole. */
function flatten(path: readonly string[], value: Json, texts: Map<string, string>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    texts.set(path.join('.'), JSON.stringify(value))
    return
  }
  for (const [key, part] of Object.entries(value)) flatten([...path, key], part, texts)
}

import type { Holidays, ResetSpec, Timers, WeeklyReset } from '@rm/domain'
import type { ApiSettings } from './api-file.ts'
import type { GeneralSettings } from './general-settings.ts'
import type { Json, Snapshot } from './json.ts'
import type { ConfiguredAccount } from './loaded-config.ts'
import { Secret } from './secret.ts'

/** What a configuration amounts to. The login is not even an argument; of other credentials only the length is told. */
export interface Effective {
  readonly api: ApiSettings
  readonly accounts: readonly ConfiguredAccount[]
  readonly timers: Timers
  readonly reset: ResetSpec
  readonly weeklyReset: WeeklyReset | null
  readonly holidays: Holidays
  readonly general: GeneralSettings
}

/** The effective configuration as JSON. Money is in 1/10 000 dollars, durations are in milliseconds, as in the program. */
export function effectiveSnapshot(effective: Effective): Snapshot {
  const snapshot: Record<string, Json> = {}
  // The same settings can be written in many ways.
  const accounts = effective.accounts.map(({ source: _source, ...account }) => account)
  for (const [key, value] of Object.entries({ ...effective, accounts })) snapshot[key] = jsonOf(value)
  return snapshot
}

/** Keys in alphabetical order, so that the digest does not depend on the order in a file. */
export function jsonOf(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return null
  if (value instanceof Secret) return value.toJSON()
  if (value instanceof Set) return [...value].map(String).toSorted(byText)
  if (Array.isArray(value)) return value.map(jsonOf)
  const sorted = Object.entries(value).toSorted(([a], [b]) => byText(a, b))
  return Object.fromEntries(sorted.map(([key, part]) => [key, jsonOf(part)]))
}

function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

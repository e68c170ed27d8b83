import type { Holidays, ResetSpec, Timers, WeeklyReset } from '@rm/domain'
import type { EnabledRules } from '@rm/rules'
import type { SettingsSource } from './account-settings.ts'
import type { AccountEntry, Credentials } from './accounts-file.ts'
import type { ApiSettings } from './api-file.ts'
import type { ReadFile } from './config-folder.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { GeneralSettings } from './general-settings.ts'
import type { Snapshot } from './json.ts'
import type { StoredConfig } from './stored-config.ts'

/** An account to be watched, with everything that holds for it. */
export interface ConfiguredAccount extends AccountEntry {
  /** The rules that are on for this account. */
  readonly rules: EnabledRules
  readonly general: GeneralSettings
  /** From which the same settings can be read again: {@link readSettings}. */
  readonly source: SettingsSource
}

/** A configuration without errors. */
export interface LoadedConfig {
  readonly ok: true
  readonly api: ApiSettings
  readonly credentials: Credentials
  /** All of them, also those that are turned off. */
  readonly accounts: readonly ConfiguredAccount[]
  readonly timers: Timers
  readonly reset: ResetSpec
  /** `null` when it is turned off. */
  readonly weeklyReset: WeeklyReset | null
  readonly holidays: Holidays
  /** What holds for the daemon, and for an account without layers of its own. */
  readonly general: GeneralSettings
  readonly warnings: readonly Diagnostic[]
  /** Facts worth knowing; never a reason to stop. */
  readonly notices: readonly Diagnostic[]
  /** Warnings and notices about limits that may not do what is expected of them; never a reason to stop. */
  readonly lint: readonly Diagnostic[]
  /** SHA-256 of {@link effective}: two loads with the same hash mean the same. */
  readonly hash: string
  /** Rules that are on for at least one watched account. */
  readonly ruleCount: number
  readonly files: readonly ReadFile[]
  /** A variable of the strongest place that has it; `null` when it is empty or nowhere set. */
  readonly variable: (name: string) => string | null
  /** Everything that holds, without secrets, as JSON. */
  readonly effective: Snapshot
  /** From which the same configuration can be read again: {@link readStoredConfig}. */
  readonly stored: StoredConfig
}

export interface RefusedConfig {
  readonly ok: false
  /** Errors, warnings and notices, by file and line. */
  readonly diagnostics: readonly Diagnostic[]
  /** Those that `accounts.yaml` names, where at least that part can be read. */
  readonly credentials: Credentials | null
  /** A variable of the strongest place that has it; `null` when it is empty or nowhere set. */
  readonly variable: (name: string) => string | null
}

/** Rules that are on for at least one watched account. */
export function ruleCountOf(accounts: readonly ConfiguredAccount[]): number {
  return new Set(accounts.flatMap((account) => (account.enabled ? Object.keys(account.rules) : []))).size
}

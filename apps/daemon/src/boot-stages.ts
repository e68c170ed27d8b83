import type { CredentialSources, Diagnostic, LoadedConfig } from '@rm/config'
import type { Account, ContractSpec } from '@rm/domain'
import type { Kernel } from '@rm/engine'
import type { Gateway } from '@rm/sdk-bridge'
import type { AccountLeases, Store } from '@rm/state'
import type { AlertDesk } from './alerts/alert-desk.ts'
import type { Disguise } from './alerts/disguise.ts'
import type { Heartbeat } from './alerts/heartbeat.ts'
import type { AuditAnchor } from './audit-anchor.ts'
import type { CertificateGuard } from './certificate-guard.ts'
import type { DaemonOptions } from './command-line.ts'
import type { ConfigReload, ReloadCause } from './config-reload.ts'
import type { ContractList } from './contract-list.ts'
import type { Control } from './control/start-control.ts'
import type { LineQueue } from './line-queue.ts'
import type { MonitoredAccount } from './monitored-accounts.ts'
import type { RunFigures } from './run-figures.ts'
import type { SettingsInForce } from './settings-in-force.ts'
import type { SlowWork } from './slow-work.ts'
import type { StoreCopies } from './store-copies.ts'
import type { WeekTrades } from './week-trades.ts'

/* The stages of a start: what each has made, for the next. */

/** The configuration is read and valid, the log is open. */
export interface Configured {
  readonly options: DaemonOptions
  readonly config: LoadedConfig
  readonly lines: LineQueue
  readonly slowWork: SlowWork
  readonly credentials: CredentialSources
  /** Why the files were refused; the configuration is the last good one then. */
  readonly refused: readonly Diagnostic[] | null
  /** The configuration folder as it was before it was read. */
  readonly fingerprint: string
}

/** The store is open, and no other process has it. */
export interface Opened extends Configured {
  readonly store: Store
  readonly gateway: Gateway
  readonly settings: SettingsInForce
  readonly copies: StoreCopies
  readonly alerts: AlertDesk
  readonly disguise: Disguise
}

/** Logged in; the accounts and the contracts are known, and no other daemon of this user enforces them. */
export interface Connected extends Opened {
  /** `null`: practice without leases. */
  readonly leases: AccountLeases | null
  readonly monitored: readonly MonitoredAccount[]
  /** Accounts that left the configuration and are held to their former settings until these may loosen. */
  readonly released: readonly Account[]
  readonly contracts: readonly ContractSpec[]
}

/** Every account has its rules and its remembered state. */
export interface RulesReady extends Connected {
  readonly kernel: Kernel
  readonly figures: RunFigures
  readonly configReload: ConfigReload
  readonly contractList: ContractList
  readonly certificate: CertificateGuard
  readonly auditAnchor: AuditAnchor
  readonly heartbeat: Heartbeat
  readonly week: WeekTrades
}

/** Streams are subscribed and timers run. */
export interface Running extends RulesReady {
  /** Reads the configuration again. */
  reload(cause: ReloadCause): void
  /** Takes no more events from the streams; answers that are under way are still taken. */
  stopIntake(): void
  /** Resolves when the administrator has ordered the daemon to stop. */
  readonly stopOrdered: Promise<void>
  readonly control: Control
}

import {
  type ConfiguredAccount,
  type CredentialSources,
  formatDiagnostics,
  type LoadedConfig,
  loadConfig,
  type OpenedCredentials,
} from '@rm/config'
import type { AccountId } from '@rm/domain'
import type { Kernel } from '@rm/engine'
import type { Gateway } from '@rm/sdk-bridge'
import type { Store } from '@rm/state'
import type { CertificateGuard } from './certificate-guard.ts'
import type { DaemonOptions } from './command-line.ts'
import { tellRemarks } from './config-remarks.ts'
import type { LineLevel, LineQueue } from './line-queue.ts'
import type { MonitoredAccount } from './monitored-accounts.ts'
import type { SettingChange } from './setting-changes.ts'
import type { SettingsInForce } from './settings-in-force.ts'
import type { SlowWork } from './slow-work.ts'
import { placesOf, problemsOf, tellAcceptance } from './starting-config.ts'
import { localToday } from './system-clock.ts'

/** Who asked for it: a signal, the administrator through the local API, or a file that was written. */
export type ReloadCause = 'SIGHUP' | 'control-api' | 'file-changed'

/** Why every account is given its settings anew. */
type ReplaceCause = ReloadCause | 'certificate'

export interface ConfigReloadOptions {
  readonly options: DaemonOptions
  readonly config: LoadedConfig
  readonly credentials: CredentialSources
  readonly monitored: readonly MonitoredAccount[]
  readonly settings: SettingsInForce
  readonly kernel: Kernel
  readonly store: Store
  readonly gateway: Gateway
  readonly lines: LineQueue
  readonly certificate: CertificateGuard
  readonly slowWork: SlowWork
  /** Whether the files were refused when the daemon started, which goes on with the last good ones then (reliability C-01). */
  readonly isRefused: boolean
  /** Told of every configuration that was accepted. */
  readonly onAccepted: (config: LoadedConfig) => void
  /** Told when the settings in force of any account were replaced. */
  readonly onReplaced: (config: LoadedConfig) => void
}

/**
 * Reads the configuration again while the program runs. An invalid one never replaces a valid one; what tightens holds at once, what
 * loosens waits (reliability S-13, C-02).
 */
export class ConfigReload {
  readonly #options: ConfigReloadOptions
  #config: LoadedConfig
  #isRefused: boolean
  /** One after the other: an older reading must not take the place of a newer one. */
  #underWay: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: ConfigReloadOptions) {
    this.#options = options
    this.#isRefused = options.isRefused
    this.#config = options.config
  }

  /** Digest of the configuration that was accepted last. */
  get configuration(): string {
    return this.#config.hash
  }

  /** As soon as the credentials are open, which takes a moment only if they could not be opened before. */
  reload(cause: ReloadCause): void {
    this.#underWay = this.#reloadAfter(this.#underWay, cause)
  }

  /** Gives every account its settings once more, as something beside the files decides how they hold. */
  apply(cause: 'certificate'): void {
    const { certificate, monitored } = this.#options
    this.#audit('certificate-changed', this.#config.hash, { because: certificate.fault })
    for (const one of monitored) this.#replaceFor(one, this.#config, cause)
  }

  /** Nothing is read any more: the store is about to be closed. */
  stop(): void {
    this.#isStopped = true
  }

  async #reloadAfter(before: Promise<void>, cause: ReloadCause): Promise<void> {
    await before
    const credentials = await this.#options.credentials.open()
    if (!this.#isStopped) this.#read(cause, credentials)
  }

  #read(cause: ReloadCause, credentials: OpenedCredentials): void {
    const { options, lines, slowWork } = this.#options
    const end = slowWork.begin('reading the configuration', { cause })
    const loaded = loadConfig({
      directory: options.configDirectory,
      environment: process.env,
      credentials,
      today: localToday(),
    })
    end()
    if (!loaded.ok) {
      const problems = problemsOf(loaded)
      this.#say('error', `Alert: the changed configuration is refused; the one before stays in force (${cause})`, {
        event: 'config-refused',
        cause,
        problems: formatDiagnostics(problems, { color: false, width: 120 }),
      })
      this.#audit('configuration-refused', this.#config.hash, { cause, problems: placesOf(problems) })
      lines.flush()
      return
    }
    const wasRefused = this.#isRefused
    if (wasRefused) tellAcceptance(lines)
    this.#isRefused = false
    const isSame = loaded.hash === this.#config.hash
    if (isSame)
      this.#say('info', `The configuration means the same as before (${cause})`, { event: 'config-unchanged', cause })
    const waits = this.#tellWhatWaitsForStart(loaded)
    // A signal is a word of an administrator, also when it changes nothing; a file that was only touched is not.
    if (!isSame || waits.length > 0 || wasRefused || cause !== 'file-changed') {
      const files = digestsOf(loaded)
      this.#audit('configuration-read', loaded.hash, { cause, before: this.#config.hash, files, waits })
    }
    if (!isSame) this.#replace(loaded, cause)
    this.#config = loaded
    this.#options.onAccepted(loaded)
  }

  /** The settings of an account that waited have taken effect. */
  loosened(accountId: AccountId): void {
    const what = this.#options.settings.loosened(accountId)
    const message =
      what === 'account'
        ? `Account ${accountId} is no longer in the configuration; the next start does not watch it`
        : `Looser settings of account ${accountId} take effect`
    this.#say('warn', message, { event: 'settings-loosened', accountId })
    this.#audit('settings-loosened', String(accountId), { configuration: this.#config.hash, what })
  }

  #replace(loaded: LoadedConfig, cause: ReloadCause): void {
    const { monitored, store, gateway, onReplaced } = this.#options
    store.saveConfigVersion(configVersionOf(loaded), gateway.clock.now())
    tellRemarks(this.#options.lines, loaded)
    this.#options.certificate.look(loaded)
    for (const one of monitored) this.#replaceFor(one, loaded, cause)
    onReplaced(loaded)
    for (const configured of loaded.accounts) {
      if (!configured.enabled || monitored.some(({ account }) => isSameAccount(configured, account))) continue
      this.#say('warn', `Account ${configured.name} is new in the configuration; the next start watches it`, {
        event: 'account-waits',
        account: configured.id,
      })
    }
  }

  #replaceFor({ account }: MonitoredAccount, loaded: LoadedConfig, cause: ReplaceCause): void {
    const { settings, kernel, certificate } = this.#options
    const configured = loaded.accounts.find((one) => one.enabled && isSameAccount(one, account))
    if (configured === undefined) {
      const released = settings.release(account.id)
      if (released === null) return
      kernel.replaceSettings(certificate.applyTo(released))
      const facts = { event: 'account-released', accountId: account.id, cause }
      this.#say(
        'warn',
        `Account ${account.id} left the configuration; it is held until a reset without a lockout`,
        facts,
      )
      this.#audit('account-released', String(account.id), { configuration: loaded.hash, cause })
      return
    }
    const held = settings.hold(account.id, settingsOf(loaded, configured), configured.source, loaded.hash)
    kernel.replaceSettings(certificate.applyTo(held.settings))
    tellChanges(this.#options.lines, account.id, held.changes)
    if (held.changes.length === 0) return
    this.#audit('settings-changed', String(account.id), { configuration: loaded.hash, cause, changes: held.changes })
  }

  /** Addresses, credentials and the daemon's own sections are bound when the program starts. */
  #tellWhatWaitsForStart(loaded: LoadedConfig): readonly string[] {
    const before = this.#config
    const waiting: string[] = []
    const { cache: _appliesAtOnce, ...addresses } = loaded.api
    const { cache: _applied, ...bound } = before.api
    if (JSON.stringify(addresses) !== JSON.stringify(bound)) waiting.push('api_config.yaml')
    const isOtherLogin =
      loaded.credentials.userName !== before.credentials.userName ||
      loaded.credentials.apiKey.reveal() !== before.credentials.apiKey.reveal()
    if (isOtherLogin) waiting.push('the credentials')
    for (const section of ['database', 'audit', 'logging', 'notifications', 'heartbeat', 'timeZone'] as const) {
      const [now, then] = [loaded.general[section], before.general[section]]
      if (JSON.stringify(now) !== JSON.stringify(then)) waiting.push(`general.${section}`)
    }
    if (waiting.length === 0) return []
    this.#say('warn', `Changed, and in force from the next start: ${waiting.join(', ')}`, {
      event: 'config-waits-for-start',
      waiting,
    })
    return waiting
  }

  #say(level: LineLevel, message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: null, facts })
  }

  #audit(action: string, subject: string, detail: Readonly<Record<string, unknown>>): void {
    const { store, gateway } = this.#options
    store.audit([{ actor: 'admin', action, subject, detail }], gateway.clock.now())
  }
}

/** Digest of each file of a configuration by its name. */
export function digestsOf({ files }: Pick<LoadedConfig, 'files'>): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [file.path, file.sha256]))
}

/** The settings of one account of a configuration. */
export function settingsOf(
  { timers, reset, holidays }: LoadedConfig,
  { rules, general }: ConfiguredAccount,
): Parameters<SettingsInForce['hold']>[1] {
  return { rules, general, timers, reset, holidays }
}

/** What the store keeps of a configuration as it was loaded. */
export function configVersionOf(config: LoadedConfig): Parameters<Store['saveConfigVersion']>[0] {
  return {
    hash: config.hash,
    files: digestsOf(config),
    effective: config.effective,
  }
}

function isSameAccount(
  configured: Pick<ConfiguredAccount, 'id'>,
  account: { readonly id: AccountId; readonly name: string },
): boolean {
  return configured.id === account.id || configured.id === account.name
}

/** One line for each setting that is different. */
export function tellChanges(lines: LineQueue, accountId: AccountId, changes: readonly SettingChange[]): void {
  for (const change of changes) {
    const facts = { event: 'setting-changed', accountId, ...change }
    lines.add({ level: 'warn', message: `Account ${accountId}: ${describeChange(change)}`, topic: null, facts })
  }
}

function describeChange({ path, before, after, applies }: SettingChange): string {
  return `${path} ${before ?? '(default)'} → ${after ?? '(default)'}, ${applies}`
}

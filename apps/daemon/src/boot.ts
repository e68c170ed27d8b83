import path from 'node:path'
import { openChannels } from '@rm/alerts'
import {
  type CredentialSources,
  type Diagnostic,
  type LoadedConfig,
  namesInstruments,
  refusalOfInstruments,
} from '@rm/config'
import { type Account, type AccountId, type ContractSpec, type DomainEvent, RmError, TradingCalendar } from '@rm/domain'
import { Kernel, type PolicyInForce, ProofOfLife } from '@rm/engine'
import { checkpointMessage } from '@rm/runtime-pack'
import { beginActivity, createGateway, drillEvents, type Gateway, type QuarantinedPayload } from '@rm/sdk-bridge'
import { type AccountLeases, openStore, type Store } from '@rm/state'
import { diskCare, tendStore } from './store-care.ts'
import { StoreCopies } from './store-copies.ts'
import { storePlaces } from './store-places.ts'
import { AnchorPost } from './anchor-post.ts'
import { AlertDesk } from './alerts/alert-desk.ts'
import { ArmedWatch } from './alerts/armed-watch.ts'
import { Disguise } from './alerts/disguise.ts'
import { Heartbeat } from './alerts/heartbeat.ts'
import { AuditAnchor } from './audit-anchor.ts'
import { type BootStep, describeStep } from './boot-step.ts'
import { bridgeLog } from './bridge-log.ts'
import type { DaemonOptions } from './command-line.ts'
import { configFingerprint } from './config-fingerprint.ts'
import { ConfigReload, configVersionOf, digestsOf, type ReloadCause, settingsOf, tellChanges } from './config-reload.ts'
import { tellRemarks } from './config-remarks.ts'
import { watchConfig } from './config-watch.ts'
import { ContractList } from './contract-list.ts'
import { type Control, startControl } from './control/start-control.ts'
import { StreamWatch } from './control/stream-watch.ts'
import { type DaemonLog, openDaemonLog } from './daemon-log.ts'
import { guardEnvironment } from './environment-guard.ts'
import { EventLog } from './event-log.ts'
import { eventLoop } from './event-loop.ts'
import { type GuardedPlaces, guardFiles } from './exposed-files.ts'
import { rememberConfig } from './last-good-config.ts'
import { LineQueue, logFailure } from './line-queue.ts'
import { logIn } from './log-in.ts'
import { MarketHours } from './market-hours.ts'
import { watchMemory } from './memory-watch.ts'
import { matchAccounts, type MonitoredAccount } from './monitored-accounts.ts'
import { PolicyMaker } from './policy-maker.ts'
import { RunFigures } from './run-figures.ts'
import { withoutRules } from './safe-boot.ts'
import { SettingsInForce } from './settings-in-force.ts'
import { SleepGuard } from './sleep-guard.ts'
import { placesOf, startingConfig } from './starting-config.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'
import { takeLeases } from './take-leases.ts'
import { checkTimeZones } from './time-zone-check.ts'
import { TurnReporter } from './turn-reporter.ts'
import { VERSION } from './version.ts'
import { startWatchdog } from './watchdog.ts'

/*
 * The composition root: the only file that knows every package. Each stage is the argument of the next, so none can be forgotten,
 * skipped or reordered without a type error.
 */

/** The configuration is read and valid, the log is open. */
export interface Configured {
  readonly options: DaemonOptions
  readonly config: LoadedConfig
  readonly lines: LineQueue
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
  readonly auditAnchor: AuditAnchor
  readonly heartbeat: Heartbeat
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

/** How long the start waits for the user stream. A hub that is down is retried for ever while the program runs (reliability R-08). */
const FIRST_STREAM_MS = 5_000
/** WAL checkpoints run here, off the event path (reliability 3.6). */
const CHECKPOINT_INTERVAL_MS = 30_000
const TICK_MS = 1_000
/** Total deadline of a request that changes something (reliability G-08). */
const MUTATION_MS = 3_000

export async function boot(options: DaemonOptions): Promise<Running> {
  const configured = await configure(options)
  try {
    const opened = await open(configured)
    const connected = await connect(opened)
    const ready = initializeRules(connected)
    return await run(ready)
  } catch (error) {
    logFailure(configured.lines, 'The start failed', error)
    throw error
  }
}

/** Steps 1 to 3. Throws `ConfigurationRefused`; then nothing was started. */
export async function configure(options: DaemonOptions): Promise<Configured> {
  checkTimeZones()
  const fingerprint = await configFingerprint(options.configDirectory).catch(() => '') // its absence is told by whoever reads it
  const starting = await startingConfig(
    options,
    async (config) => new LineQueue(await openLogOrRefuse(config, options)),
  )
  const { config, lines } = starting
  const configured: Configured = { options, fingerprint, ...starting }
  say(configured, checkpointMessage('starting', null))
  const hosts = [config.api.apiUrl, config.api.userHubUrl, config.api.marketHubUrl].map((url) => new URL(url).hostname)
  for (const problem of guardEnvironment(process.env, hosts)) warn(configured, problem, { event: 'environment-weak' })
  done(configured, 'config')
  tellRemarks(lines, config)
  done(configured, 'validation')
  say(configured, checkpointMessage('config-loaded', { rules: config.ruleCount }))
  done(configured, 'logging')
  if (process.env['ASYNC_DEBUG'] === '1') await traceActivities(configured)
  return configured
}

/** Loaded only when it is asked for. */
async function traceActivities({ config, options }: Configured): Promise<void> {
  const { startAsyncTrace } = await import('./async-trace.ts')
  startAsyncTrace(config.general.logging, options.dataDirectory)
}

/** Steps 4 to 7. */
export async function open(configured: Configured): Promise<Opened> {
  const { config, options, lines } = configured
  let opened: Opened | null = null
  const gateway = createGateway({
    apiUrl: config.api.apiUrl,
    userHubUrl: config.api.userHubUrl,
    marketHubUrl: config.api.marketHubUrl,
    credentials: { userName: config.credentials.userName, apiKey: config.credentials.apiKey.reveal() },
    environment: config.api.environment,
    timeouts: { ...config.api.timeouts, mutationMs: MUTATION_MS },
    rateBudget: {
      windowMs: config.api.rateLimit.windowMs,
      requests: config.api.rateLimit.budget,
      reservedForEnforcement: config.api.rateLimit.reservedForEnforcement,
    },
    retry: config.api.retry,
    reconnect: config.api.reconnect,
    circuitBreaker: config.api.circuitBreaker,
    renewAtFractionLeft: config.api.token.renewAtFractionLeft,
    caFile: config.api.tls.caFile,
    wallClock: wallClockMs,
    monotonic: monotonicMs,
    random: Math.random,
    log: bridgeLog(lines),
    quarantine: (payload) => keepPayload(opened, payload),
  })
  const { database } = config.general
  const { recent, hourly, daily } = database.backupKeep
  const { databaseFile, secondFolder, emergencyJournal } = storePlaces(options.dataDirectory, database)
  const store = await openStore({
    path: databaseFile,
    secondFolder,
    now: () => gateway.clock.now(),
    care: diskCare(emergencyJournal, lines),
    program: { version: VERSION },
  })
  const settings = new SettingsInForce(store, new PolicyMaker(store.epoch), () => gateway.clock.now())
  const copies = new StoreCopies(
    store,
    {
      dataFolder: path.dirname(databaseFile),
      secondFolder,
      backupIntervalMs: database.backupIntervalMs,
      kept: { recent, hourly, daily },
      carry: database.carryCopies,
    },
    () => gateway.clock.now(),
    lines,
  )
  const disguise = new Disguise(config.general.notifications)
  const alerts = new AlertDesk({
    channels: openChannels(config.general.notifications),
    table: store.alerts,
    epoch: store.epoch,
    lines,
    disguise,
    now: () => gateway.clock.now(),
  })
  opened = { ...configured, store, gateway, settings, copies, alerts, disguise }
  tellRecovery(opened)
  done(opened, 'database')
  done(opened, 'schema')
  store.saveConfigVersion(configVersionOf(config), gateway.clock.now())
  done(opened, 'state')
  done(opened, 'client')
  return opened
}

/** Steps 8 and 9. Throws `RmError` when the gateway refuses the login, or an account cannot be watched or is another daemon's. */
export async function connect(opened: Opened): Promise<Connected> {
  const { gateway, store, config, settings, lines } = opened
  const contracts = store.contracts()
  gateway.learnContracts(contracts)
  await logIn(gateway, { persist: store.hasUnfinishedProtection(), lines })
  if (opened.refused === null) keepConfig(opened, config)
  done(opened, 'login')
  const accounts = await gateway.accounts()
  opened.disguise.hide(accounts)
  const { monitored, unmonitored } = matchAccounts(config.accounts, accounts)
  await checkInstruments(opened, monitored)
  const held = new Set(settings.accounts())
  const released = unmonitored.filter(({ id }) => held.has(id))
  const enforced = [...monitored.map((one) => one.account), ...released]
  const leases = takeLeases(opened, enforced)
  for (const account of enforced) {
    say(opened, checkpointMessage('sdk-connected', { account: `${account.id} ${account.name}` }), {
      accountId: account.id,
    })
  }
  for (const account of released) {
    const facts = { event: 'account-released', accountId: account.id }
    warn(opened, `Account ${account.id} left the configuration; it is held until a reset without a lockout`, facts)
  }
  for (const account of unmonitored) {
    if (held.has(account.id)) continue
    const facts = { event: 'account-unmonitored', accountId: account.id }
    warn(opened, `Nobody watches account ${account.id} (${account.name})`, facts)
  }
  const now = gateway.clock.now()
  store.saveAccounts(
    monitored.map((one) => one.account),
    now,
  )
  done(opened, 'modules')
  return { ...opened, leases, monitored, released, contracts }
}

/** Step 10. */
export function initializeRules(connected: Connected): RulesReady {
  const { config, gateway, store, lines, contracts, options, monitored, settings, credentials } = connected
  const figures = new RunFigures()
  const hours = new MarketHours(calendarOf(config), (contractId) => kernel.contract(contractId))
  const kernel = new Kernel({
    policies: policiesOf(connected),
    contracts,
    isMarketOpen: (contractId, now) => hours.isOpen(contractId, now),
    onLoosened: (accountId) => configReload.loosened(accountId),
    ports: {
      gateway,
      store: storeWithCopies(connected, figures),
      clock: gateway.clock,
      wakeups: eventLoop,
      proofOfLife: new ProofOfLife(drillEvents, monotonicMs),
      reporter: new TurnReporter(lines, figures, monotonicMs, config.general.timeZone),
    },
  })
  connected.alerts.adopt(kernel.states().flatMap(({ breaches }) => [...breaches.values()]))
  const configReload = new ConfigReload({
    options,
    config,
    credentials,
    monitored,
    settings,
    kernel,
    store,
    gateway,
    lines,
    isRefused: connected.refused !== null,
    onAccepted: (loaded) => keepConfig(connected, loaded),
    onReplaced: (loaded) => {
      hours.follow(calendarOf(loaded))
      contractList.follow(loaded.api.cache.contractTtlMs)
    },
  })
  const contractList = new ContractList(
    { gateway, store, kernel, monitored, lines, elapsedMs: monotonicMs },
    config.api.cache.contractTtlMs,
  )
  const { anchorUrl, anchorBearerFrom } = config.general.audit
  const bearer = anchorBearerFrom === null ? null : config.variable(anchorBearerFrom)
  const auditAnchor = new AuditAnchor({
    store,
    lines,
    file: anchorFileOf(connected),
    post: anchorUrl === null ? null : new AnchorPost({ url: anchorUrl, bearer, run: store.epoch, lines }),
    now: () => gateway.clock.now(),
  })
  const heartbeat = new Heartbeat({
    settings: config.general.heartbeat,
    version: VERSION,
    run: store.epoch,
    disguise: connected.disguise,
    lines,
    now: () => gateway.clock.now(),
    auditHead: () => store.auditHead,
    accounts: () => kernel.states(),
  })
  say(connected, checkpointMessage('rules-initialized', { rules: config.ruleCount }))
  done(connected, 'rules')
  return { ...connected, kernel, figures, configReload, contractList, auditAnchor, heartbeat }
}

/** Steps 11 to 14. */
export async function run(ready: RulesReady): Promise<Running> {
  const { gateway, kernel, figures, lines, monitored, released, configReload, contractList } = ready
  const eventLog = new EventLog(lines)
  const streams = new StreamWatch(monotonicMs)
  let isIntakeOpen = true
  const userStream = Promise.withResolvers<void>()
  const sink = (event: DomainEvent): void => {
    if (!isIntakeOpen) return
    figures.events += 1
    eventLog.take(event)
    streams.take(event)
    kernel.handle(event)
    if (event.kind === 'quote-changed') figures.quoteLags.take(gateway.clock.now() - event.change.at)
    if (event.kind === 'stream-restored' && event.stream === 'user') userStream.resolve()
  }
  gateway.connect([...monitored.map((one) => one.account.id), ...released.map((account) => account.id)], sink)
  const impatience = setTimeout(userStream.resolve, FIRST_STREAM_MS)
  await userStream.promise
  clearTimeout(impatience)
  done(ready, 'hubs')
  done(ready, 'subscriptions')
  const endWatchdog = startWatchdog(ready.config.general.logging, ready.options.dataDirectory)
  const sleepGuard = new SleepGuard(wallClockMs(), monotonicMs())
  const armedWatch = new ArmedWatch(lines, (code, accountId) => ready.alerts.isOpen(code, accountId))
  const tick = setInterval(() => {
    wakeUp(ready, sleepGuard)
    armedWatch.look(kernel.states(), monotonicMs())
    kernel.tick()
    void contractList.refresh()
  }, TICK_MS)
  const checkpoint = setInterval(() => ready.store.checkpoint(), CHECKPOINT_INTERVAL_MS)
  const endTending = tendStore(ready.store)
  ready.copies.start()
  const endWatch = watchFiles(ready)
  const endFileGuard = guardFiles(guardedPlaces(ready), lines)
  const endMemoryWatch = watchMemory(lines)
  done(ready, 'scheduler')
  say(ready, checkpointMessage('event-loop-running', null))
  recordStart(ready)
  ready.auditAnchor.start()
  const stopOrdered = Promise.withResolvers<void>()
  const control = await startControl(ready, streams, stopOrdered.resolve)
  ready.heartbeat.start()
  done(ready, 'running')
  lines.flush()
  // The streams come first; until then the accounts are BLIND.
  setImmediate(() => kernel.proveRules())
  void contractList.refresh()
  return {
    ...ready,
    stopOrdered: stopOrdered.promise,
    control,
    reload(cause) {
      // The supervisor starts a normal daemon when files have changed.
      if (ready.options.mode === 'normal') configReload.reload(cause)
    },
    stopIntake() {
      isIntakeOpen = false
      configReload.stop()
      endWatch()
      endFileGuard()
      endMemoryWatch()
      endWatchdog()
      clearInterval(tick)
      clearInterval(checkpoint)
      endTending()
      ready.heartbeat.stop()
    },
  }
}

/** What opening the store had to repair is for a human, and for the audit trail. */
function tellRecovery({ store, gateway, lines }: Opened): void {
  for (const sentence of store.recovery) {
    const facts = { event: 'alert', alert: 'store-recovered' }
    lines.add({ level: 'fatal', message: `Alert: ${sentence}`, topic: null, facts })
  }
  const entries = store.recovery.map((sentence) => ({
    actor: 'daemon' as const,
    action: 'store-recovered',
    subject: `run ${store.epoch}`,
    detail: { sentence },
  }))
  store.audit(entries, gateway.clock.now())
}

/** The engine's store: what it commits is copied a moment later. */
function storeWithCopies({ store, copies }: Opened, figures: RunFigures): Pick<Store, 'commit' | 'loadAccount'> {
  return {
    commit(records) {
      const begunMs = monotonicMs()
      figures.decidedMs = begunMs
      const end = beginActivity(() => ({
        name: 'store commit',
        about: `${records.length} turns`,
        waitsFor: 'the sync of the disk',
      }))
      try {
        store.commit(records)
      } finally {
        end()
      }
      figures.onCommit(monotonicMs() - begunMs)
      copies.committed(records)
    },
    loadAccount: (accountId, tradesSince) => store.loadAccount(accountId, tradesSince),
  }
}

/** After a gap nothing is known of what was missed: both streams begin anew, and every account is distrusted until it was read (T-08). */
function wakeUp(ready: RulesReady, sleepGuard: SleepGuard): void {
  const awakening = sleepGuard.look(wallClockMs(), monotonicMs())
  if (awakening === null) return
  const gapMs = Math.round(awakening.gapMs)
  const stepMs = Math.round(awakening.stepMs)
  const message = `Alert: nothing was handled for ${gapMs} ms, the machine's clock moved by ${stepMs} ms; every account is read again`
  const facts = { event: 'alert', alert: 'clock-gap', severity: 'error', gapMs, stepMs }
  ready.lines.add({ level: 'error', message, topic: 'enforcement', facts })
  ready.gateway.recycle('user')
  ready.gateway.recycle('market')
}

function recordStart({ store, gateway, config, refused }: RulesReady): void {
  const now = gateway.clock.now()
  store.recordCheckpoint('event-loop-running', now, `${Math.round(monotonicMs())} ms after the start`)
  const detail = { version: VERSION, configuration: config.hash, files: digestsOf(config) }
  store.audit([{ actor: 'daemon', action: 'daemon-started', subject: `run ${store.epoch}`, detail }], now)
  if (refused === null) return
  const refusal = { cause: 'start', problems: placesOf(refused) }
  store.audit([{ actor: 'admin', action: 'configuration-refused', subject: config.hash, detail: refusal }], now)
}

/** For a start at which the files are refused. A disk that is full must not cost more than that. */
function keepConfig(configured: Configured, config: LoadedConfig): void {
  try {
    rememberConfig(configured.options.dataDirectory, config)
  } catch (error) {
    warn(configured, `The configuration could not be kept for another start: ${reasonOf(error)}`, {
      event: 'config-unkept',
    })
  }
}

/** Keeps what could not be decoded for a human. A disk that is full must not cost more than that. */
function keepPayload(opened: Opened | null, { surface, raw, reason }: QuarantinedPayload): void {
  if (opened === null) return // no stream is subscribed before the store is open
  try {
    opened.store.quarantine(surface, raw, reason, opened.gateway.clock.now())
  } catch (error) {
    warn(opened, `A payload of ${surface} could not be kept: ${reasonOf(error)}`, { event: 'quarantine-unwritable' })
  }
}

/**
 * Only a configuration that names instruments makes the start wait for the venue's list. When that cannot be read the start goes on: an
 * account without a daemon is worse off than one with a misspelt name.
 */
async function checkInstruments(opened: Opened, monitored: readonly MonitoredAccount[]): Promise<void> {
  const accounts = monitored.map((one) => one.configured)
  if (!namesInstruments(accounts)) return
  const listed = await opened.gateway.contracts().catch((error: unknown) => {
    const facts = { event: 'instruments-unchecked' }
    warn(opened, `general.instruments could not be compared with the gateway: ${reasonOf(error)}`, facts)
    return null
  })
  const refusal = listed === null ? null : refusalOfInstruments(accounts, listed)
  if (refusal === null) return
  // A lockout that is stored outlives a mistake in a file (reliability C-01).
  if (!opened.store.hasUnfinishedProtection()) throw refusal
  warn(opened, `Alert: ${refusal.message}; the start goes on, as a lockout or a goal is stored`, {
    event: 'instruments-unknown',
    ...refusal.details,
  })
}

/** What each account is held to: what the configuration names, and what an earlier one named that may not loosen yet. */
function policiesOf(connected: Connected): readonly PolicyInForce[] {
  const { config, options, settings, monitored, released, lines, store, gateway } = connected
  const record = (action: string, id: AccountId, facts: Readonly<Record<string, unknown>>): void => {
    const detail = { configuration: config.hash, cause: 'start', ...facts }
    store.audit([{ actor: 'admin', action, subject: String(id), detail }], gateway.clock.now())
  }
  const named = monitored.map(({ account, configured }) => {
    const held = settings.hold(account.id, settingsOf(config, configured), configured.source, config.hash)
    tellChanges(lines, account.id, held.changes)
    if (held.changes.length > 0) record('settings-changed', account.id, { changes: held.changes })
    return held.settings
  })
  const kept = released.flatMap(({ id }) => {
    const held = settings.release(id)
    if (held === null) return []
    record('account-released', id, {})
    return [held]
  })
  const policies = [...named, ...kept]
  return options.mode === 'safe' ? policies.map(withoutRules) : policies
}

function calendarOf({ reset, holidays }: LoadedConfig): TradingCalendar {
  return new TradingCalendar(reset, holidays)
}

function watchFiles(ready: RulesReady): () => void {
  const { options, fingerprint, configReload } = ready
  if (options.mode === 'safe') return () => {}
  return watchConfig({
    directory: options.configDirectory,
    fingerprint,
    monotonic: monotonicMs,
    onChange: () => configReload.reload('file-changed'),
    onTrouble: (error) => {
      const remedy = 'the configuration in force stays; make the folder readable again'
      warn(ready, `Alert: the configuration folder cannot be looked at: ${reasonOf(error)}; ${remedy}`, {
        event: 'config-unwatched',
      })
    },
  })
}

function guardedPlaces(ready: RulesReady): GuardedPlaces {
  const { configDirectory, dataDirectory } = ready.options
  const anchorFile = anchorFileOf(ready)
  return { configDirectory, single: anchorFile === null ? [dataDirectory] : [dataDirectory, anchorFile] }
}

function anchorFileOf({ config, options }: Configured): string | null {
  const { anchorFile } = config.general.audit
  return anchorFile === null ? null : path.resolve(options.dataDirectory, anchorFile)
}

async function openLogOrRefuse({ general }: Pick<LoadedConfig, 'general'>, options: DaemonOptions): Promise<DaemonLog> {
  try {
    return await openDaemonLog(general.logging, options.dataDirectory, wallClockMs)
  } catch (error) {
    throw new RmError(
      'ENVIRONMENT_UNSUITABLE',
      `The logs below ${options.dataDirectory} cannot be written: ${reasonOf(error)}`,
      {},
      error,
    )
  }
}

function say({ lines }: Configured, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
  lines.add({ level: 'info', message, topic: null, facts: { event: 'checkpoint', ...facts } })
}

function warn({ lines }: Configured, message: string, facts: Readonly<Record<string, unknown>>): void {
  lines.add({ level: 'warn', message, topic: null, facts })
}

function done({ lines }: Configured, step: BootStep): void {
  const facts = { event: 'boot-step', step, sinceStartMs: Math.round(monotonicMs()) }
  lines.add({ level: 'info', message: describeStep(step), topic: null, facts })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

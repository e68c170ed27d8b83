import path from 'node:path'
import { openChannels } from '@rm/alerts'
import type { LoadedConfig } from '@rm/config'
import { type DomainEvent, TradingCalendar } from '@rm/domain'
import { Kernel, ProofOfLife } from '@rm/engine'
import { checkpointMessage } from '@rm/runtime-pack'
import { createGateway, drillEvents } from '@rm/sdk-bridge'
import { openStore } from '@rm/state'
import { AlertDesk } from './alerts/alert-desk.ts'
import { ArmedWatch } from './alerts/armed-watch.ts'
import { Disguise } from './alerts/disguise.ts'
import { Heartbeat } from './alerts/heartbeat.ts'
import { AnchorPost } from './anchor-post.ts'
import { AuditAnchor } from './audit-anchor.ts'
import { done, reasonOf, say, warn } from './boot-lines.ts'
import type { Configured, Connected, Opened, RulesReady, Running } from './boot-stages.ts'
import { CertificateGuard } from './certificate-guard.ts'
import type { DaemonOptions } from './command-line.ts'
import { configFingerprint } from './config-fingerprint.ts'
import { ConfigReload, configVersionOf } from './config-reload.ts'
import { tellRemarks } from './config-remarks.ts'
import { watchConfig } from './config-watch.ts'
import { ContractList } from './contract-list.ts'
import { startControl } from './control/start-control.ts'
import { StreamWatch } from './control/stream-watch.ts'
import { storeWithCopies } from './copied-store.ts'
import { guardEnvironment } from './environment-guard.ts'
import { EventLog } from './event-log.ts'
import { eventLoop } from './event-loop.ts'
import { type GuardedPlaces, guardFiles } from './exposed-files.ts'
import { gatewayOptions } from './gateway-options.ts'
import { checkInstruments } from './instruments-at-start.ts'
import { keepConfig, keepPayload } from './kept-in-spite.ts'
import { logFailure } from './line-queue.ts'
import { logIn } from './log-in.ts'
import { watchLoopDelay } from './loop-delay.ts'
import { MarketHours } from './market-hours.ts'
import { watchMemory } from './memory-watch.ts'
import { matchAccounts } from './monitored-accounts.ts'
import { openLines } from './open-lines.ts'
import { policiesOf } from './policies-at-start.ts'
import { PolicyMaker } from './policy-maker.ts'
import { RunFigures } from './run-figures.ts'
import { SettingsInForce } from './settings-in-force.ts'
import { SleepGuard } from './sleep-guard.ts'
import { SlowWork } from './slow-work.ts'
import { recordStart, tellRecovery } from './start-records.ts'
import { startingConfig } from './starting-config.ts'
import { diskCare, tendStore } from './store-care.ts'
import { StoreCopies } from './store-copies.ts'
import { storePlaces } from './store-places.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'
import { takeLeases } from './take-leases.ts'
import { checkTimeZones } from './time-zone-check.ts'
import { TurnReporter } from './turn-reporter.ts'
import { TurnStopwatch } from './turn-stopwatch.ts'
import { VERSION } from './version.ts'
import { startWatchdog } from './watchdog.ts'
import { WeekTrades } from './week-trades.ts'

/*
 * The composition root. Each stage (boot-stages.ts) is the argument of the next, so none can be forgotten, skipped or reordered without a type
 * error.
 */

export type { Opened, Running } from './boot-stages.ts'

/** How long the start waits for the user stream. A hub that is down is retried for ever while the program runs (reliability R-08). */
const FIRST_STREAM_MS = 5_000
/** WAL checkpoints run here, off the event path (reliability 3.6). */
const CHECKPOINT_INTERVAL_MS = 30_000
const TICK_MS = 1_000
/** A certificate that was renewed, removed or expired is noticed within that time. */
const CERTIFICATE_LOOK_MS = 5_000

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
  const starting = await startingConfig(options, (config) => openLines(config, options.dataDirectory))
  const { config, lines } = starting
  const slowWork = new SlowWork(lines, config.general.logging.slowMs, monotonicMs)
  const configured: Configured = { options, fingerprint, slowWork, ...starting }
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
async function traceActivities({ config, options, lines }: Configured): Promise<void> {
  const { startAsyncTrace } = await import('./async-trace.ts')
  startAsyncTrace(config.general.logging, options.dataDirectory, (text) => lines.hidden?.text(text) ?? text)
}

/** Steps 4 to 7. */
export async function open(configured: Configured): Promise<Opened> {
  const { config, options, lines, slowWork } = configured
  let opened: Opened | null = null
  const gateway = createGateway(gatewayOptions(configured, (payload) => keepPayload(opened, payload)))
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
    slowWork,
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
  opened.lines.hidden?.hide(accounts)
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
  const certificate = new CertificateGuard(config, options.dataDirectory, lines)
  const hours = new MarketHours(calendarOf(config), (contractId) => kernel.contract(contractId))
  const week = new WeekTrades({ gateway, store, lines }, calendarOf(config))
  const kernel = new Kernel({
    policies: policiesOf(connected, certificate),
    contracts,
    isMarketOpen: (contractId, now) => hours.isOpen(contractId, now),
    onLoosened: (accountId) => configReload.loosened(accountId),
    ports: {
      gateway,
      store: storeWithCopies(connected, figures, week),
      clock: gateway.clock,
      wakeups: eventLoop,
      proofOfLife: new ProofOfLife(drillEvents, monotonicMs),
      reporter: new TurnReporter(lines, figures, monotonicMs, config.general.timeZone),
      watch: new TurnStopwatch(connected.slowWork, monotonicMs),
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
    certificate,
    slowWork: connected.slowWork,
    isRefused: connected.refused !== null,
    onAccepted: (loaded) => keepConfig(connected, loaded),
    onReplaced: (loaded) => {
      hours.follow(calendarOf(loaded))
      week.follow(calendarOf(loaded))
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
  return { ...connected, kernel, figures, configReload, contractList, certificate, auditAnchor, heartbeat, week }
}

/** Steps 11 to 14. */
export async function run(ready: RulesReady): Promise<Running> {
  const { gateway, kernel, figures, lines, monitored, released, configReload, contractList, week } = ready
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
  const accountIds = [...monitored.map((one) => one.account.id), ...released.map((account) => account.id)]
  gateway.connect(accountIds, sink)
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
    void week.look(accountIds)
  }, TICK_MS)
  const certificateLook = setInterval(() => {
    if (ready.certificate.look()) configReload.apply('certificate')
  }, CERTIFICATE_LOOK_MS)
  const checkpoint = setInterval(() => {
    const end = ready.slowWork.begin('a checkpoint of the database', {})
    ready.store.checkpoint()
    end()
  }, CHECKPOINT_INTERVAL_MS)
  const endTending = tendStore(ready.store)
  ready.copies.start()
  const endWatch = watchFiles(ready)
  const endFileGuard = guardFiles(guardedPlaces(ready), lines)
  const endMemoryWatch = watchMemory(lines)
  const endLoopWatch = watchLoopDelay(ready.slowWork)
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
      endLoopWatch()
      endWatchdog()
      clearInterval(tick)
      clearInterval(checkpoint)
      clearInterval(certificateLook)
      endTending()
      ready.heartbeat.stop()
    },
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

function calendarOf({ reset, holidays, weeklyReset }: LoadedConfig): TradingCalendar {
  return new TradingCalendar(reset, holidays, weeklyReset)
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

import path from 'node:path'
import { formatDiagnostics, type LoadedConfig, loadConfig } from '@rm/config'
import { type ContractSpec, type DomainEvent, RmError, TradingCalendar } from '@rm/domain'
import { type AccountPolicy, Kernel } from '@rm/engine'
import { stopCriteriaOf } from '@rm/rules'
import { checkpointMessage } from '@rm/runtime-pack'
import { createGateway, type Gateway, type QuarantinedPayload } from '@rm/sdk-bridge'
import { openStore, type Store } from '@rm/state'
import { type BootStep, describeStep } from './boot-step.ts'
import { bridgeLog } from './bridge-log.ts'
import type { DaemonOptions } from './command-line.ts'
import { type DaemonLog, openDaemonLog } from './daemon-log.ts'
import { EventLog } from './event-log.ts'
import { eventLoop } from './event-loop.ts'
import { LineQueue, logFailure } from './line-queue.ts'
import { logIn } from './log-in.ts'
import { marketHours } from './market-hours.ts'
import { matchAccounts, type MonitoredAccount } from './monitored-accounts.ts'
import { RunFigures } from './run-figures.ts'
import { localToday, monotonicMs, wallClockMs } from './system-clock.ts'
import { TurnReporter } from './turn-reporter.ts'
import { VERSION } from './version.ts'

/*
 * The composition root: the only file that knows every package. Each stage is the argument of the next, so none can be forgotten,
 * skipped or reordered without a type error.
 */

/** The configuration is read and valid, the log is open. */
export interface Configured {
  readonly options: DaemonOptions
  readonly config: LoadedConfig
  readonly calendar: TradingCalendar
  readonly lines: LineQueue
}

/** The store is open, and no other process has it. */
export interface Opened extends Configured {
  readonly store: Store
  readonly gateway: Gateway
}

/** Logged in; the accounts and the contracts are known. */
export interface Connected extends Opened {
  readonly monitored: readonly MonitoredAccount[]
  readonly contracts: readonly ContractSpec[]
}

/** Every account has its rules and its remembered state. */
export interface RulesReady extends Connected {
  readonly kernel: Kernel
  readonly figures: RunFigures
}

/** Streams are subscribed and timers run. */
export interface Running extends RulesReady {
  /** Takes no more events from the streams; answers that are under way are still taken. */
  stopIntake(): void
}

/** Thrown for a configuration with errors; the text is ready to be shown. */
export class ConfigurationRefused extends Error {
  override readonly name = 'ConfigurationRefused'
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

/** Steps 1 to 3. Throws {@link ConfigurationRefused}; then nothing was started. */
async function configure(options: DaemonOptions): Promise<Configured> {
  const loaded = loadConfig({ directory: options.configDirectory, environment: process.env, today: localToday() })
  if (!loaded.ok) {
    const color = process.stderr.isTTY && process.env['NO_COLOR'] === undefined
    throw new ConfigurationRefused(
      formatDiagnostics(loaded.diagnostics, { color, width: process.stderr.columns ?? 80 }),
    )
  }
  const config = loaded
  const lines = new LineQueue(await openLogOrRefuse(config, options))
  const configured: Configured = {
    options,
    config,
    calendar: new TradingCalendar(config.reset, config.holidays),
    lines,
  }
  say(configured, checkpointMessage('starting', null))
  done(configured, 'config')
  for (const warning of config.warnings)
    warn(configured, `${warning.keyPath}: ${warning.why}`, { event: 'config-warning', ...warning })
  done(configured, 'validation')
  say(configured, checkpointMessage('config-loaded', { rules: config.ruleCount }))
  done(configured, 'logging')
  return configured
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
  const store = await openStore({
    path: path.resolve(options.dataDirectory, config.general.database.path),
    now: () => gateway.clock.now(),
    program: { version: VERSION },
  })
  opened = { ...configured, store, gateway }
  done(opened, 'database')
  done(opened, 'schema')
  store.saveConfigVersion(
    {
      hash: config.hash,
      files: Object.fromEntries(config.files.map((file) => [file.path, file.sha256])),
      effective: config.effective,
    },
    gateway.clock.now(),
  )
  done(opened, 'state')
  done(opened, 'client')
  return opened
}

/** Steps 8 and 9. Throws `RmError` when the gateway refuses the login or an account cannot be watched. */
export async function connect(opened: Opened): Promise<Connected> {
  const { gateway, store, config, lines } = opened
  const contracts = store.contracts()
  gateway.learnContracts(contracts)
  await logIn(gateway, { persist: store.hasUnfinishedProtection(), lines })
  done(opened, 'login')
  const accounts = await gateway.accounts()
  const { monitored, unmonitored } = matchAccounts(config.accounts, accounts)
  for (const { account } of monitored) {
    say(opened, checkpointMessage('sdk-connected', { account: `${account.id} ${account.name}` }), {
      accountId: account.id,
    })
  }
  for (const account of unmonitored) {
    const facts = { event: 'account-unmonitored', accountId: account.id }
    warn(opened, `Nobody watches account ${account.id} (${account.name})`, facts)
  }
  const now = gateway.clock.now()
  store.saveAccounts(
    monitored.map((one) => one.account),
    now,
  )
  done(opened, 'modules')
  return { ...opened, monitored, contracts }
}

/** Step 10. */
export function initializeRules(connected: Connected): RulesReady {
  const { config, calendar, gateway, store, lines, contracts } = connected
  const figures = new RunFigures()
  const byId = new Map(contracts.map((contract) => [contract.id, contract]))
  const kernel = new Kernel({
    policies: connected.monitored.map((one) => policyOf(connected, one)),
    contracts,
    isMarketOpen: marketHours(calendar, (contractId) => byId.get(contractId) ?? null),
    ports: {
      gateway,
      store,
      clock: gateway.clock,
      wakeups: eventLoop,
      reporter: new TurnReporter(lines, figures, monotonicMs, config.general.timeZone),
    },
  })
  say(connected, checkpointMessage('rules-initialized', { rules: config.ruleCount }))
  done(connected, 'rules')
  return { ...connected, kernel, figures }
}

/** Steps 11 to 14. */
export async function run(ready: RulesReady): Promise<Running> {
  const { gateway, kernel, figures, lines, monitored } = ready
  const eventLog = new EventLog(lines)
  let isIntakeOpen = true
  const userStream = Promise.withResolvers<void>()
  const sink = (event: DomainEvent): void => {
    if (!isIntakeOpen) return
    figures.events += 1
    eventLog.take(event)
    kernel.handle(event)
    if (event.kind === 'stream-restored' && event.stream === 'user') userStream.resolve()
  }
  gateway.connect(
    monitored.map((one) => one.account.id),
    sink,
  )
  const impatience = setTimeout(userStream.resolve, FIRST_STREAM_MS)
  await userStream.promise
  clearTimeout(impatience)
  done(ready, 'hubs')
  done(ready, 'subscriptions')
  const tick = setInterval(() => kernel.tick(), TICK_MS)
  const checkpoint = setInterval(() => ready.store.checkpoint(), CHECKPOINT_INTERVAL_MS)
  done(ready, 'scheduler')
  say(ready, checkpointMessage('event-loop-running', null))
  recordStart(ready)
  done(ready, 'running')
  lines.flush()
  void rememberContracts(ready)
  return {
    ...ready,
    stopIntake() {
      isIntakeOpen = false
      clearInterval(tick)
      clearInterval(checkpoint)
    },
  }
}

function recordStart({ store, gateway, config }: RulesReady): void {
  const now = gateway.clock.now()
  store.recordCheckpoint('event-loop-running', now, `${Math.round(monotonicMs())} ms after the start`)
  const detail = { version: VERSION, configuration: config.hash }
  store.audit([{ actor: 'daemon', action: 'daemon-started', subject: `run ${store.epoch}`, detail }], now)
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

/** Reads the venue's list of contracts beside the start: a contract that is held before it has come is asked for by itself. */
async function rememberContracts(ready: RulesReady): Promise<void> {
  const { gateway, store } = ready
  try {
    store.saveContracts(await gateway.contracts(), gateway.clock.now())
  } catch (error) {
    warn(ready, `The list of contracts could not be read: ${reasonOf(error)}`, { event: 'contracts-unread' })
  }
}

function policyOf({ config, calendar, store }: Connected, { account, configured }: MonitoredAccount): AccountPolicy {
  return {
    accountId: account.id,
    rules: configured.rules,
    timers: config.timers,
    calendar,
    pnlBasis: configured.general.pnlBasis,
    stopCriteria: stopCriteriaOf(configured.rules),
    staleAfterMs: configured.general.staleAfterMs,
    enforcementDeadlineMs: configured.general.enforcementDeadlineMs,
    epoch: store.epoch,
  }
}

async function openLogOrRefuse(config: LoadedConfig, options: DaemonOptions): Promise<DaemonLog> {
  try {
    return await openDaemonLog(config.general.logging, options.dataDirectory, wallClockMs)
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

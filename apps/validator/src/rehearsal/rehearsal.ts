import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type LoadedConfig, loadConfig, type RefusedConfig } from '@rm/config'
import { instant, later, TradingCalendar } from '@rm/domain'
import { EmbeddedGateway } from '@rm/runtime-pack'
import { localToday, wallClockMs } from '../system-clock.ts'
import type { CheckContext } from '../validator.ts'
import { definedOf } from './defined-variables.ts'
import { removeLeftLeases } from '@rm/state'
import { type RehearsedAccount, rehearsalConfig, rehearsedAccounts, variablesOf } from './rehearsal-config.ts'
import { RehearsedDaemon } from './rehearsed-daemon.ts'
import { Venue } from './venue.ts'

interface RehearsalOptions {
  /** Changes the copy of the configuration before it is read. */
  readonly prepare?: (configDirectory: string) => void
}

const STARTUP_MS = 30_000
const INTO_THE_SESSION_MS = 900_000
/** In dollars, of accounts to which no plan gives another. */
const BALANCE = 50_000

/**
 * A copy of the configuration on a simulated gateway that has the configured accounts: the daemon that would be deployed can be started there. The day
 * begins a quarter of an hour into a session, and prices stand still until they are moved. Everything ends with the check.
 */
export class Rehearsal {
  readonly configDirectory: string
  readonly dataDirectory: string
  /** The copy as it was read. */
  readonly config: LoadedConfig
  readonly accounts: readonly RehearsedAccount[]
  readonly venue: Venue
  /** What the daemon needs in its environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly #context: CheckContext

  private constructor(
    context: CheckContext,
    configDirectory: string,
    config: LoadedConfig,
    environment: Rehearsal['environment'],
    gateway: EmbeddedGateway,
  ) {
    this.#context = context
    this.configDirectory = configDirectory
    this.dataDirectory = path.join(context.scratch, 'data')
    this.config = config
    this.accounts = rehearsedAccounts(config)
    this.venue = new Venue(gateway.controlUrl)
    this.environment = environment
  }

  /** The gateway is up, and nobody watches it yet. Throws when the configuration is refused. */
  static async set(context: CheckContext, { prepare }: RehearsalOptions = {}): Promise<Rehearsal> {
    const { subject, scratch, resources } = context
    const configDirectory = path.join(scratch, 'config')
    rehearsalConfig(subject.configDirectory, configDirectory)
    prepare?.(configDirectory)
    const own = variablesOf(configDirectory, context.config.variable)
    const config = readCopy(configDirectory, { ...own, ...subject.environment })
    const accounts = rehearsedAccounts(config)
    const scenario = path.join(scratch, 'scenario.json')
    writeFileSync(scenario, JSON.stringify(scenarioOf(config, accounts)))
    const { gatewaySim: entry } = subject.programs
    const gateway = resources.use(await EmbeddedGateway.start({ entry, scenario, seed: 1 }))
    const ids = accounts.map(({ id }) => id)
    resources.defer(() => removeLeftLeases(gateway.url, ids))
    return new Rehearsal(
      context,
      configDirectory,
      config,
      { ...own, ...definedOf(subject.environment), ...gateway.environment },
      gateway,
    )
  }

  /**
   * The daemon, once it has read every account. Throws with what it says when it does not come so far.
   *
   * @param entry - another program than the one that is validated
   */
  async startDaemon(entry: string = this.#context.subject.programs.daemon): Promise<RehearsedDaemon> {
    const { configDirectory, dataDirectory, environment } = this
    const daemon = new RehearsedDaemon({ entry, configDirectory, dataDirectory, environment })
    this.#context.resources.use(daemon)
    const ids = this.accounts.map(({ id }) => id)
    await daemon.trusted(ids, { withinMs: STARTUP_MS, signal: this.#context.signal })
    return daemon
  }
}

/** Where the simulator is, is not known yet when the copy is read. */
const SOMEWHERE = {
  SIM_API_URL: 'http://127.0.0.1:1',
  SIM_USER_HUB_URL: 'http://127.0.0.1:1/hubs/user',
  SIM_MARKET_HUB_URL: 'http://127.0.0.1:1/hubs/market',
  PROJECTX_USERNAME: 'rehearsal',
  PROJECTX_API_KEY: 'rehearsal-key',
} as const

/** A copy of a configuration as a daemon would read it, wherever its gateway will be. */
export function loadCopy(
  directory: string,
  environment: CheckContext['subject']['environment'],
): LoadedConfig | RefusedConfig {
  return loadConfig({ directory, environment: { ...environment, ...SOMEWHERE }, today: localToday() })
}

/** The same. Throws when it is refused, naming the first problem. */
export function readCopy(directory: string, environment: CheckContext['subject']['environment']): LoadedConfig {
  const read = loadCopy(directory, environment)
  if (read.ok) return read
  const [first] = read.diagnostics.filter(({ severity }) => severity === 'error')
  const where = first === undefined ? '' : `: ${path.basename(first.file)}:${first.line} ${first.keyPath}: ${first.got}`
  throw new Error(`the configuration is refused, so nothing can be rehearsed with it${where}`)
}

/** The day as the simulator's scenario files write it (docs/simulator.md). */
function scenarioOf(config: LoadedConfig, accounts: readonly RehearsedAccount[]): object {
  return {
    name: 'rehearsal',
    title: 'Nobody trades until told to',
    startsAt: Temporal.Instant.fromEpochMilliseconds(startOf(config)).toString(),
    regimes: ['still'],
    accounts: accounts.map(({ id, name, configured: { plan } }) => {
      const starting = plan?.startingBalance ?? null
      return { id, name, balance: starting === null ? BALANCE : starting / 10_000 }
    }),
    traders: [],
  }
}

function startOf({ timers, reset, holidays }: LoadedConfig): number {
  const session = timers.sessionHours ?? USUAL_SESSION
  const next = new TradingCalendar(reset, holidays).session(session, null).nextStart(instant(wallClockMs()))
  if (next === null) throw new Error('the session hours of timers_config.yaml never begin')
  return later(next, INTO_THE_SESSION_MS)
}

/** Where the timers name none: the regular hours of stock index futures. */
const USUAL_SESSION: NonNullable<LoadedConfig['timers']['sessionHours']> = {
  start: '08:30',
  end: '15:00',
  timeZone: 'America/Chicago',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  allDay: false,
  respectHolidays: true,
}

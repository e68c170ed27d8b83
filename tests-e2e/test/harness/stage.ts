import { mkdirSync } from 'node:fs'
import path from 'node:path'
import {
  type ExchangeOptions,
  type GatewaySim,
  type KnobChanges,
  runningClock,
  type SimAccount,
  startGatewaySim,
  type TradingScript,
} from '@rm/gateway-sim'
import { hubPaths } from '@rm/sdk-bridge/wire'
import { awaitCondition } from './await-condition.ts'
import { type ConfigSettings, type GatewayAddresses, writeConfig } from './config-folder.ts'
import { API_KEY, DaemonProcess, type DaemonStart, USER_NAME } from './daemon-process.ts'
import { trusted } from './daemon-story.ts'
import { removeLeftLeases } from '@rm/state'
import { PracticeTrader } from './practice-trader.ts'
import { SupervisorProcess } from './supervisor-process.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** A Wednesday morning in Chicago, in the middle of the session. */
const MORNING = '2026-11-18T09:45:00-06:00'
export const FIRST_ACCOUNT = 7_001_001

export interface StageSettings extends Omit<ConfigSettings, 'accounts'> {
  /** Watched accounts by their number, from 1; one unless said otherwise. */
  readonly accounts?: number
  /** Rules of single accounts, by their number. */
  readonly rulesOf?: Readonly<Record<number, ConfigSettings['rules']>>
  readonly simAccount?: Partial<SimAccount>
  readonly exchange?: Partial<Pick<ExchangeOptions, 'knobs' | 'regimes'>>
  readonly knobs?: KnobChanges
  readonly startsAt?: string
  /** What a trader does by himself once `gateway.beginScript` is called. */
  readonly script?: TradingScript
}

/** A gateway, a configuration that points to it, a data folder, and the daemons that are started on them. */
export class Stage implements AsyncDisposable {
  readonly gateway: GatewaySim
  readonly #settings: StageSettings
  readonly #folder = new TemporaryFolder()
  readonly #daemons: DaemonProcess[] = []

  private constructor(gateway: GatewaySim, settings: StageSettings) {
    this.gateway = gateway
    this.#settings = settings
    mkdirSync(this.configDirectory)
    this.configure({})
  }

  /** The gateway is up; no daemon runs yet. */
  static async set(settings: StageSettings): Promise<Stage> {
    const accounts = Array.from({ length: settings.accounts ?? 1 }, (_, index) => simAccount(index + 1, settings))
    const gateway = await startGatewaySim({
      seed: 1,
      clock: runningClock(Temporal.Instant.from(settings.startsAt ?? MORNING).epochMilliseconds),
      exchange: { regimes: ['still'], ...settings.exchange, accounts },
      users: [{ userName: USER_NAME, apiKey: API_KEY }],
      ...(settings.knobs === undefined ? {} : { knobs: settings.knobs }),
      ...(settings.script === undefined ? {} : { script: settings.script }),
    })
    return new Stage(gateway, settings)
  }

  /** The gateway is up and a daemon watches it. */
  static async open(settings: StageSettings): Promise<{ stage: Stage; daemon: DaemonProcess } & AsyncDisposable> {
    const stage = await Stage.set(settings)
    try {
      const daemon = await stage.startTrustedDaemon()
      return { stage, daemon, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() }
    } catch (error) {
      await stage[Symbol.asyncDispose]()
      throw error
    }
  }

  get configDirectory(): string {
    return path.join(this.#folder.path, 'config')
  }

  get dataDirectory(): string {
    return path.join(this.#folder.path, 'data')
  }

  get databaseFile(): string {
    return path.join(this.dataDirectory, 'state.db')
  }

  get addresses(): GatewayAddresses {
    const { url } = this.gateway
    return { url, userHub: `${url}${hubPaths.user}`, marketHub: `${url}${hubPaths.market}` }
  }

  /** Writes the configuration again, with changes. */
  configure(changes: Partial<ConfigSettings>): void {
    const { accounts = 1, rulesOf = {} } = this.#settings
    const watched = Array.from({ length: accounts }, (_, index) => {
      const rules = rulesOf[index + 1]
      return { id: FIRST_ACCOUNT + index, ...(rules === undefined ? {} : { rules }) }
    })
    writeConfig(this.configDirectory, { ...this.#settings, accounts: watched, ...changes }, this.addresses)
  }

  startDaemon(changes: Partial<DaemonStart> = {}): DaemonProcess {
    const { configDirectory, dataDirectory } = this
    const daemon = new DaemonProcess({ configDirectory, dataDirectory, ...changes })
    this.#daemons.push(daemon)
    return daemon
  }

  /** A supervisor, which starts the daemon by itself. */
  startSupervisor(changes: Partial<DaemonStart> = {}): SupervisorProcess {
    const { configDirectory, dataDirectory } = this
    const supervisor = new SupervisorProcess({ configDirectory, dataDirectory, ...changes })
    this.#daemons.push(supervisor)
    return supervisor
  }

  /** A supervised daemon that runs and has read every account. */
  async startTrustedSupervisor(changes: Partial<DaemonStart> = {}): Promise<SupervisorProcess> {
    const supervisor = await this.startSupervisor(changes).running()
    await trusted(supervisor.log, this.accountIds)
    return supervisor
  }

  /** A daemon that runs and has read every account. */
  async startTrustedDaemon(changes: Partial<DaemonStart> = {}): Promise<DaemonProcess> {
    const daemon = await this.startDaemon(changes).running()
    await trusted(daemon.log, this.accountIds)
    return daemon
  }

  get accountIds(): readonly number[] {
    return Array.from({ length: this.#settings.accounts ?? 1 }, (_, index) => FIRST_ACCOUNT + index)
  }

  /** The trader of an account by its number, from 1. */
  trader(number = 1): PracticeTrader {
    return new PracticeTrader(this.gateway, FIRST_ACCOUNT + number - 1)
  }

  /** Until the venue's own books show something. */
  awaitVenue<Seen>(name: string, look: () => Seen | null | undefined | false, withinMs?: number): Promise<Seen> {
    return awaitCondition(`at the venue: ${name}`, look, {
      ...(withinMs === undefined ? {} : { withinMs }),
      explain: () => this.#daemons.at(-1)?.log.tail() ?? '',
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon[Symbol.asyncDispose]()))
    await this.gateway.stop()
    removeLeftLeases(this.gateway.url, this.accountIds)
    this.#folder[Symbol.dispose]()
  }
}

function simAccount(number: number, { simAccount: terms }: StageSettings): SimAccount {
  const id = FIRST_ACCOUNT + number - 1
  return { id, name: `PRAC-V2-100200-${id}`, balance: 50_000, ...terms }
}

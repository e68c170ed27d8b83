import type { Stream } from '@rm/domain'
import { type Activity, during } from '../activity.ts'
import type { BridgeLog } from '../bridge-log.ts'
import type { ReconnectSettings } from '../options.ts'
import type { HubSocket } from './hub-socket.ts'

/** Waits before the attempts that follow on the first repetition, which has its own setting (reliability L-04). */
const DELAYS_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const
const JITTER = 0.2

/** A connection that stood for that long was sound; shorter ones count as failures (reliability R-10). */
const STABLE_MS = 60_000

/** Proof that the way up still works: the library's pings get no answer (reliability R-03). */
const HEARTBEAT_MS = 20_000

/** What a supervisor keeps alive. */
export interface Hub {
  readonly stream: Stream
  /** A fresh connection, its handlers registered. */
  create(): HubSocket
  /** Makes all subscriptions stand. Rejects when one does not. */
  subscribe(socket: HubSocket): Promise<void>
  /** A harmless invocation, or nothing if the hub has none. */
  heartbeat(socket: HubSocket): Promise<void>
}

export interface HubSupervisorOptions {
  readonly hub: Hub
  readonly connectMs: number
  readonly reconnect: ReconnectSettings
  readonly monotonic: () => number
  readonly random: () => number
  readonly log: BridgeLog
  /** The token that a connect needs; rejects while there is none. */
  readonly ready: () => Promise<unknown>
  /** A connect failed, which may mean a dead token. */
  readonly probe: () => Promise<void>
  readonly onRestored: () => void
  readonly onLost: (reason: string) => void
}

/** Keeps one hub connected for ever: connects, subscribes, watches, and starts again with a new connection. */
export class HubSupervisor {
  readonly #options: HubSupervisorOptions
  #socket: HubSocket | null = null
  /** Connections that were made since one was stable, less the first. */
  #repetitions = 0
  /** Whether the loss of the present outage has been told. */
  #toldLost = false
  #wake: (() => void) | null = null
  /** Whether the present connection stands with its subscriptions. */
  #stands = false
  /** The next wait has lost its reason before it began. */
  #hurried = false
  #stopped = false

  constructor(options: HubSupervisorOptions) {
    this.#options = options
  }

  start(): void {
    void this.#run()
  }

  /** Ends the present connection, or the wait for the next one. */
  recycle(reason: string): void {
    this.#socket?.discard(reason)
    this.#wake?.()
  }

  /** The gateway answers again, so the wait for the next attempt has lost its reason, also one that a failing attempt is about to begin. */
  hurry(): void {
    if (this.#wake !== null) this.#wake()
    else if (!this.#stands) this.#hurried = true
  }

  stop(): void {
    this.#stopped = true
    this.recycle('the gateway is closed')
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const socket = this.#options.hub.create()
      this.#socket = socket
      const stoodMs = await this.#live(socket)
      this.#socket = null
      if (stoodMs >= STABLE_MS) this.#repetitions = 0
      const delay = this.#hurried ? 0 : this.#delay()
      if (delay > 0 && !this.#stopped) await this.#pause(delay)
      this.#hurried = false
      this.#repetitions += 1
    }
  }

  /** The whole life of a connection; how long it stood with its subscriptions. */
  async #live(socket: HubSocket): Promise<number> {
    const { hub, connectMs, monotonic, log, ready, onRestored } = this.#options
    const stream = hub.stream
    try {
      await ready()
      await during(this.#activity('hub connect', 'the handshake'), () => socket.open(connectMs))
    } catch (error) {
      this.#lost(socket, messageOf(error))
      await this.#probe()
      return 0
    }
    try {
      await during(this.#activity('hub subscribe', 'the answers to the subscriptions'), () => hub.subscribe(socket))
      if (socket.hasEnded) throw new Error(await socket.ended)
    } catch (error) {
      this.#lost(socket, `subscriptions failed: ${messageOf(error)}`)
      return 0
    }
    const since = monotonic()
    this.#stands = true
    this.#hurried = false
    this.#toldLost = false
    log.write('info', 'hub connected and subscribed', { stream, attempt: this.#repetitions + 1 })
    onRestored()
    const heartbeat = setInterval(() => {
      hub.heartbeat(socket).catch((error: unknown) => socket.discard(`heartbeat failed: ${messageOf(error)}`))
    }, HEARTBEAT_MS)
    const reason = await socket.ended
    this.#stands = false
    clearInterval(heartbeat)
    this.#lost(socket, reason)
    return monotonic() - since
  }

  #activity(name: Activity['name'], waitsFor: string): () => Activity {
    return () => ({ name, about: this.#options.hub.stream, waitsFor })
  }

  #lost(socket: HubSocket, reason: string): void {
    socket.discard(reason)
    if (this.#stopped) return
    this.#options.log.write('warn', 'hub lost', {
      stream: this.#options.hub.stream,
      reason,
      attempt: this.#repetitions + 1,
    })
    if (this.#toldLost) return
    this.#toldLost = true
    this.#options.onLost(reason)
  }

  async #probe(): Promise<void> {
    if (this.#stopped) return
    try {
      await this.#options.probe()
    } catch (error) {
      this.#options.log.write('warn', 'the token could not be checked', { reason: messageOf(error) })
    }
  }

  #delay(): number {
    const { reconnect, random } = this.#options
    const later = DELAYS_MS[Math.min(this.#repetitions, DELAYS_MS.length) - 1]
    const base = later ?? reconnect.initialMs
    return Math.min(base, reconnect.maxMs) * (1 - JITTER + 2 * JITTER * random())
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
    })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import type { GatewayClock } from './gateway-clock.ts'
import type { Environment } from './options.ts'
import type { RestChannel } from './rest/rest-channel.ts'

/** How long the clock may go without a sample. A simulator's time may jump, and somebody waits for it. */
const SAMPLE_AGE_MS_MAX = { production: 15_000, simulator: 2_000 } as const satisfies Record<Environment, number>

const NOT_FOUND = 404

/** Asks the gateway for its time when nothing else has brought it. The same pings keep a connection for commands warm. */
export class TimeSampler {
  readonly #ageMsMax: number
  readonly #clock: GatewayClock
  readonly #channel: RestChannel
  readonly #monotonic: () => number
  #timer: NodeJS.Timeout | null = null
  #underWay = false

  constructor(environment: Environment, clock: GatewayClock, channel: RestChannel, monotonic: () => number) {
    this.#ageMsMax = SAMPLE_AGE_MS_MAX[environment]
    this.#clock = clock
    this.#channel = channel
    this.#monotonic = monotonic
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), this.#ageMsMax / 4).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  async #look(): Promise<void> {
    this.#clock.isTrusted()
    if (this.#underWay || this.#monotonic() - this.#clock.sampledAt < this.#ageMsMax) return
    this.#underWay = true
    try {
      const { status } = await this.#channel.ping()
      if (status === NOT_FOUND) this.stop()
    } catch {
      // No sample this time; that the gateway is silent is for the reads to tell.
    } finally {
      this.#underWay = false
    }
  }
}

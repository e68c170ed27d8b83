import { setTimeout as pause } from 'node:timers/promises'
import { type Channel, ChannelFault, type Notice } from '@rm/alerts'
import type { AlertRecord } from '@rm/state'
import { ExponentialBackoff, handleAll, type IPolicy, retry } from 'cockatiel'
import type { Due } from './incidents.ts'

/** Whom a delivery asks and tells; the channel's name stands for it. */
export interface DeliveryPort {
  due(channel: string): readonly Due[]
  noticeOf(due: Due): Notice
  told(channel: string, records: readonly AlertRecord[]): void
  failed(records: readonly AlertRecord[]): void
  /** The first failure after a success, and the first success after it. */
  isDown(channel: string, fault: ChannelFault): void
  isUp(channel: string): void
}

/** Two channels, one after the other, within the 10 s that an alert may take (reliability B-10). */
const DEADLINE_MS = 4_000
/** Receivers count messages: none takes more than about one a second for long. */
const PACE_MS = 1_000
const BACKOFF = { initialDelay: 1_000, maxDelay: 30_000 }

/**
 * Tells by one channel whatever it owes, one message at a time. A message that fails is tried again for ever, ever more seldom, with what is owed
 * then: what came meanwhile is in it. Delivery is at least once, as a process may end between an answer and its being written down.
 */
export class Delivery {
  readonly #channel: Channel
  readonly #port: DeliveryPort
  readonly #stop = new AbortController()
  readonly #policy: IPolicy = retry(handleAll, {
    maxAttempts: Number.MAX_SAFE_INTEGER,
    backoff: new ExponentialBackoff(BACKOFF),
  })
  #running: Promise<void> | null = null
  #isDown = false

  constructor(channel: Channel, port: DeliveryPort) {
    this.#channel = channel
    this.#port = port
  }

  /** Something may be owed. */
  look(): void {
    const { name } = this.#channel
    if (this.#isDown) this.#port.failed(recordsOf(this.#port.due(name)))
    if (this.#stop.signal.aborted || this.#port.due(name).length === 0) return
    this.#running ??= this.#run()
  }

  /** Ends the waiting for another attempt; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      await this.#policy.execute(() => this.#tellAll(), this.#stop.signal)
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
      // What waited for another attempt was told to stop.
    } finally {
      this.#running = null
    }
  }

  async #tellAll(): Promise<void> {
    const { name, noticesMax } = this.#channel
    for (;;) {
      const due = this.#port.due(name).slice(0, noticesMax)
      if (due.length === 0 || this.#stop.signal.aborted) return
      await this.#tell(due)
      await pause(PACE_MS, null, { signal: this.#stop.signal })
    }
  }

  async #tell(due: readonly Due[]): Promise<void> {
    const { name } = this.#channel
    try {
      await this.#channel.send(
        due.map((one) => this.#port.noticeOf(one)),
        DEADLINE_MS,
      )
    } catch (error) {
      // Also what a channel should never throw: an alert is no reason to end the daemon.
      const fault = error instanceof ChannelFault ? error : new ChannelFault(String(error))
      if (!this.#isDown) this.#port.isDown(name, fault)
      this.#isDown = true
      this.#port.failed(recordsOf(due))
      if (fault.retryAfterMs !== null) await pause(fault.retryAfterMs, null, { signal: this.#stop.signal })
      throw error
    }
    this.#port.told(name, recordsOf(due))
    if (this.#isDown) this.#port.isUp(name)
    this.#isDown = false
  }
}

function recordsOf(due: readonly Due[]): readonly AlertRecord[] {
  return due.map(({ record }) => record)
}

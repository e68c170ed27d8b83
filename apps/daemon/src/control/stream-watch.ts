import type { StreamReport } from '@rm/control-api'
import { type DomainEvent, type Stream, unreachable } from '@rm/domain'

interface Heard {
  up: boolean
  lastMs: number | null
}

/** What is heard of the gateway's two streams, for those who ask. */
export class StreamWatch {
  readonly #monotonic: () => number
  readonly #heard: Readonly<Record<Stream, Heard>> = {
    user: { up: false, lastMs: null },
    market: { up: false, lastMs: null },
  }

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  take(event: DomainEvent): void {
    switch (event.kind) {
      case 'stream-restored':
        this.#hear(event.stream)
        this.#heard[event.stream].up = true
        return
      case 'stream-lost':
        this.#heard[event.stream].up = false
        return
      case 'quote-changed':
        this.#hear('market')
        return
      case 'account-changed':
      case 'position-changed':
      case 'order-changed':
      case 'trade-reported':
        this.#hear('user')
        return
      case 'snapshot-read':
      case 'snapshot-failed':
      case 'command-settled':
      case 'contract-learned':
      case 'authentication-lost':
        return
      case 'payload-faulted':
        this.#hear('user')
        return
      default:
        unreachable(event)
    }
  }

  report(stream: Stream): StreamReport {
    const { up, lastMs } = this.#heard[stream]
    return { up, silentMs: lastMs === null ? null : Math.round(this.#monotonic() - lastMs) }
  }

  #hear(stream: Stream): void {
    this.#heard[stream].lastMs = this.#monotonic()
  }
}

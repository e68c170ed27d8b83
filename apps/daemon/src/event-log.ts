import { describeEvent, type DomainEvent } from '@rm/domain'
import { checkpointMessage } from '@rm/runtime-pack'
import type { LineQueue } from './line-queue.ts'

/** User events told one by one in any second; beyond that only their number is told. */
const LINES_PER_SECOND_MAX = 100
const SECOND_MS = 1_000

/** Tells what arrived: every event of the user's account, and of quotes only the first of each contract. */
export class EventLog {
  readonly #queue: LineQueue
  readonly #quoted = new Set<string>()
  #secondBegunMs = Number.NEGATIVE_INFINITY
  #told = 0
  #withheld = 0

  constructor(queue: LineQueue) {
    this.#queue = queue
  }

  take(event: DomainEvent): void {
    if (event.kind === 'command-settled' || event.kind === 'contract-learned') return
    if (event.kind === 'quote-changed') {
      if (this.#quoted.has(event.change.contractId)) return
      this.#quoted.add(event.change.contractId)
    } else if (this.#isTooMuch(event.receivedMs)) {
      return
    }
    this.#queue.add({
      level: 'info',
      message: checkpointMessage('event-received', { type: event.kind }),
      topic: null,
      facts: {
        event: 'event-received',
        type: event.kind,
        about: describeEvent(event),
        ...('accountId' in event ? { accountId: event.accountId } : {}),
        ...('stream' in event ? { stream: event.stream } : {}),
        ...('reason' in event ? { reason: event.reason } : {}),
      },
    })
  }

  #isTooMuch(receivedMs: number): boolean {
    if (receivedMs - this.#secondBegunMs >= SECOND_MS) {
      if (this.#withheld > 0) {
        const facts = { event: 'events-withheld', withheld: this.#withheld }
        this.#queue.add({
          level: 'info',
          message: `${this.#withheld} further events were not told`,
          topic: null,
          facts,
        })
      }
      this.#secondBegunMs = receivedMs
      this.#told = 0
      this.#withheld = 0
    }
    if (this.#told >= LINES_PER_SECOND_MAX) {
      this.#withheld += 1
      return true
    }
    this.#told += 1
    return false
  }
}

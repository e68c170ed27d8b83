import type pino from 'pino'
import type { LogTopic } from './daemon-log.ts'

export type LineLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** One log line with its facts. */
export interface Line {
  readonly level: LineLevel
  readonly message: string
  readonly topic: LogTopic | null
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Log lines of a pass of the event loop, in the order in which things happened, written after it: first the request leaves, then it
 * is told. A process that is killed in between loses lines, never facts; those are in the store.
 */
export class LineQueue {
  readonly #logger: pino.Logger
  #waiting: Line[] = []

  constructor(logger: pino.Logger) {
    this.#logger = logger
  }

  add(line: Line): void {
    if (this.#waiting.length === 0) setImmediate(() => this.flush())
    this.#waiting.push(line)
  }

  /** Writes what waits, at once. */
  flush(): void {
    const lines = this.#waiting
    this.#waiting = []
    for (const { level, message, topic, facts } of lines) {
      this.#logger[level](topic === null ? facts : { topic, ...facts }, message)
    }
  }
}

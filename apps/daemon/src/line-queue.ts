import { RmError } from '@rm/domain'
import type { DaemonLog, LogTopic } from './daemon-log.ts'
import type { HiddenAccounts } from './hidden-accounts.ts'

export type LineLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** One log line with its facts. */
export interface Line {
  readonly level: LineLevel
  readonly message: string
  readonly topic: LogTopic | null
  readonly facts: Readonly<Record<string, unknown>>
}

/** How long lines may wait: writing them must not delay an event that follows at once. */
const GATHER_MS = 10

/**
 * Log lines in the order in which things happened, written a moment later in one go: first the request leaves, then it is told. A
 * process that is killed in between loses lines, never facts; those are in the store.
 */
export class LineQueue {
  readonly #log: DaemonLog
  /** Accounts that the log must not name, while those who follow are told all; `null`: it names everything. */
  readonly hidden: HiddenAccounts | null
  readonly #followers = new Set<(line: Line) => void>()
  #waiting: Line[] = []
  /** What was told while nobody followed. */
  #untold: Line[] = []

  constructor(log: DaemonLog, hidden: HiddenAccounts | null) {
    this.#log = log
    this.hidden = hidden
  }

  add(line: Line): void {
    if (this.#waiting.length === 0) setTimeout(() => this.flush(), GATHER_MS).unref()
    this.#waiting.push(line)
    if (line.topic === 'traffic') return // for its file, and for nobody who waits for news
    if (this.#followers.size === 0) this.#untold.push(line)
    for (const follower of this.#followers) follower(line)
  }

  /**
   * Hands every line but those of the traffic to somebody else too; the first gets those of the start as well, for which nobody was there. A follower never adds a line
   * at once.
   *
   * @returns ends it
   */
  follow(follower: (line: Line) => void): () => void {
    this.#followers.add(follower)
    for (const line of this.#untold) follower(line)
    this.#untold = []
    return () => this.#followers.delete(follower)
  }

  /** Log writes that failed so far. */
  get lostWrites(): number {
    return this.#log.lostWrites()
  }

  /** Writes what waits, at once. */
  flush(): void {
    const lines = this.#waiting
    this.#waiting = []
    for (const { level, message, topic, facts } of lines) {
      const shown = this.hidden?.facts(facts) ?? facts
      this.#log.logger[level](topic === null ? shown : { topic, ...shown }, this.hidden?.text(message) ?? message)
    }
    this.#log.flush()
  }
}

/** The last line of a program that cannot go on, written at once. */
export function logFailure(lines: LineQueue, message: string, error: unknown): void {
  const facts =
    error instanceof RmError
      ? { event: 'failure', code: error.code, remedy: error.remedy, ...error.details }
      : { event: 'failure', stack: error instanceof Error ? error.stack : undefined }
  const text = error instanceof Error ? error.message : String(error)
  lines.add({ level: 'fatal', message: `${message}: ${text}`, topic: null, facts })
  lines.flush()
}

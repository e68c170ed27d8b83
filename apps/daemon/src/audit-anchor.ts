import { appendFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { formatInstant, type Instant } from '@rm/domain'
import { type AuditHead, auditHeadFacts, type Store } from '@rm/state'
import type { AnchorPost } from './anchor-post.ts'
import type { LineQueue } from './line-queue.ts'

/** How often the head is told at most, unless the daemon stops. */
const PERIOD_MS = 60_000
/** A stop does not wait longer for a file that may lie on another machine. */
const LAST_WRITE_MS = 500

export interface AuditAnchorOptions {
  readonly store: Pick<Store, 'auditHead'>
  readonly lines: LineQueue
  /** `null`: the log alone tells the head. */
  readonly file: string | null
  /** `null`: nothing is posted. */
  readonly post: AnchorPost | null
  readonly now: () => Instant
}

/**
 * Tells outside of the database where the audit trail stands: whoever changes the trail and computes its hashes anew cannot change what was
 * told (reliability 3.8, S-14). As a log line, in a file of one line for each head, and by a request.
 */
export class AuditAnchor {
  readonly #options: AuditAnchorOptions
  #timer: NodeJS.Timeout | null = null
  #told: AuditHead | null = null
  /** What the file still has to get. */
  #owed: string[] = []
  #writing: Promise<void> | null = null
  #isTroubled = false

  constructor(options: AuditAnchorOptions) {
    this.#options = options
  }

  /** Tells the head at once, and then whenever it changed. */
  start(): void {
    this.#timer = setInterval(() => this.#tell(), PERIOD_MS)
    this.#tell()
  }

  /** Tells the last head. To be called after the last record is written. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#tell()
    await Promise.race([Promise.all([this.#settled(), this.#options.post?.stop()]), pause(LAST_WRITE_MS)])
  }

  #tell(): void {
    const { store, lines, file, post, now } = this.#options
    const head = store.auditHead
    if (head.seq !== this.#told?.seq) {
      this.#told = head
      const facts = auditHeadFacts(head)
      lines.add({ level: 'info', message: `The audit trail has ${head.seq} records`, topic: null, facts })
      post?.tell(head, now())
      if (file !== null) this.#owe(`${JSON.stringify({ ...facts, at: formatInstant(now()) })}\n`)
    }
    if (file !== null && this.#owed.length > 0) this.#writing ??= this.#append(file)
  }

  #owe(...heads: readonly string[]): void {
    this.#owed = [...this.#owed, ...heads].slice(-OWED_MAX)
  }

  async #settled(): Promise<void> {
    await this.#writing
    if (this.#options.file !== null && this.#owed.length > 0) await this.#append(this.#options.file)
  }

  /** Never on the event path, and one at a time: a file on another machine may take long. */
  async #append(file: string): Promise<void> {
    const owed = this.#owed
    this.#owed = []
    try {
      await appendFile(file, owed.join(''), { mode: 0o600, flush: true })
      if (this.#isTroubled) {
        const message = `Alert over: ${ALERT}: the heads of the audit trail are written to ${file} again`
        this.#say('info', message, { event: 'alert-over', alert: ALERT })
      }
      this.#isTroubled = false
    } catch (error) {
      this.#owed.unshift(...owed)
      const reason = error instanceof Error ? error.message : String(error)
      if (!this.#isTroubled) {
        const message = `Alert: the head of the audit trail could not be written: ${reason}`
        this.#say('error', message, { event: 'alert', alert: ALERT, severity: 'error' })
      }
      this.#isTroubled = true
    } finally {
      this.#writing = null
    }
  }

  #say(level: 'info' | 'error', message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: 'enforcement', facts })
  }
}

const ALERT = 'anchor-unwritable'
/** A day of heads; the newest vouch for all records before them. */
const OWED_MAX = 1_440

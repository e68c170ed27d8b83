import { appendFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { formatInstant, type Instant } from '@rm/domain'
import { type AuditHead, auditHeadFacts, type Store } from '@rm/state'
import type { AnchorPost } from './anchor-post.ts'
import { FileSeal } from './file-seal.ts'
import type { LineQueue } from './line-queue.ts'

/** How often the head is told at most, unless the daemon stops. */
const PERIOD_MS = 60_000
/** How often the file is looked at, and what it still has to get is tried again: within the bound of an alarm (reliability B-10). */
const LOOK_MS = 4_000
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
  readonly #seal: FileSeal | null
  readonly #timers: NodeJS.Timeout[] = []
  #told: AuditHead | null = null
  /** What the file still has to get. */
  #owed: string[] = []
  /** One at a time, so that a look never takes our own writing for somebody else's. */
  #tending: Promise<void> | null = null
  #isTroubled = false

  constructor(options: AuditAnchorOptions) {
    this.#options = options
    this.#seal = options.file === null ? null : new FileSeal(options.file)
  }

  /** Tells the head at once, and then whenever it changed. */
  start(): void {
    this.#timers.push(
      setInterval(() => this.#tell(), PERIOD_MS),
      setInterval(() => this.#tend(), LOOK_MS),
    )
    this.#tell()
  }

  /** Tells the last head. To be called after the last record is written. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
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
    this.#tend()
  }

  #owe(...heads: readonly string[]): void {
    this.#owed = [...this.#owed, ...heads].slice(-OWED_MAX)
  }

  /** Never on the event path: a file on another machine may take long. */
  #tend(): void {
    const { file } = this.#options
    if (file === null || this.#seal === null) return
    this.#tending ??= this.#lookAndAppend(file, this.#seal).finally(() => {
      this.#tending = null
    })
  }

  async #settled(): Promise<void> {
    await this.#tending
    this.#tend()
    await this.#tending
  }

  async #lookAndAppend(file: string, seal: FileSeal): Promise<void> {
    let owed: readonly string[] = []
    try {
      const broken = await seal.broken()
      if (broken !== null) {
        const message = `Alert: ${file}, which tells where the audit trail stood, ${broken}`
        this.#say('fatal', message, { event: 'alert', alert: 'anchor-touched', severity: 'critical' })
      }
      if (this.#owed.length === 0) return
      owed = this.#owed
      this.#owed = []
      await appendFile(file, owed.join(''), { mode: 0o600, flush: true })
      await seal.set()
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
    }
  }

  #say(level: 'info' | 'error' | 'fatal', message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: 'enforcement', facts })
  }
}

const ALERT = 'anchor-unwritable'
/** A day of heads; the newest vouch for all records before them. */
const OWED_MAX = 1_440

import { formatInstant, type Instant } from '@rm/domain'
import { type AuditHead, auditHeadFacts } from '@rm/state'
import type { LineQueue } from './line-queue.ts'

export interface AnchorPostOptions {
  readonly url: string
  /** Sent as bearer token; `null`: none is. */
  readonly bearer: string | null
  /** Number of this run. */
  readonly run: number
  readonly lines: LineQueue
}

/** An answer that takes longer is given up. */
const ANSWER_MS_MAX = 5_000
/** After a failure the head is posted again so often (reliability B-10). */
const RETRY_MS = 10_000
const ALERT = 'anchor-unposted'

/**
 * Posts the head of the audit trail to another machine, never on the event path and one at a time. Only the newest is owed: it vouches for all
 * records before it. A failure is told once, and when it is over.
 */
export class AnchorPost {
  readonly #options: AnchorPostOptions
  #owed: { readonly head: AuditHead; readonly at: Instant } | null = null
  #posting: Promise<void> | null = null
  #retry: NodeJS.Timeout | null = null
  #isTroubled = false

  constructor(options: AnchorPostOptions) {
    this.#options = options
  }

  tell(head: AuditHead, at: Instant): void {
    this.#owed = { head, at }
    this.#posting ??= this.#post()
  }

  /** Until what is owed was posted, or failed once more. */
  async stop(): Promise<void> {
    await this.#posting
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#owed !== null) await this.#post()
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  async #post(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    try {
      while (this.#owed !== null) {
        const { head, at } = this.#owed
        await this.#send(head, at)
        if (this.#owed.head.seq === head.seq) this.#owed = null
      }
      this.#recovered()
    } catch (error) {
      this.#failed(error)
      this.#retry = setTimeout(() => {
        this.#posting ??= this.#post()
      }, RETRY_MS)
    } finally {
      this.#posting = null
    }
  }

  async #send(head: AuditHead, at: Instant): Promise<void> {
    const { url, bearer, run } = this.#options
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ ...auditHeadFacts(head), at: formatInstant(at), run }),
      // Another address must not get the token.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`the answer was ${response.status}`)
  }

  #failed(error: unknown): void {
    if (this.#isTroubled) return
    this.#isTroubled = true
    const message = `Alert: the head of the audit trail could not be posted to ${this.#options.url}: ${reasonOf(error)}`
    this.#say('error', message, { event: 'alert', alert: ALERT, severity: 'error' })
  }

  #recovered(): void {
    if (!this.#isTroubled) return
    this.#isTroubled = false
    const message = `Alert over: ${ALERT}: the head of the audit trail is posted again`
    this.#say('info', message, { event: 'alert-over', alert: ALERT })
  }

  #say(level: 'info' | 'error', message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: 'enforcement', facts })
  }
}

/** What fetch throws says why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

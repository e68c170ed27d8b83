import { ChannelFault, postJson } from '@rm/alerts'
import type { HeartbeatSettings } from '@rm/config'
import { type AccountId, type AccountWord, formatInstant, type Instant, type Lockout } from '@rm/domain'
import type { AuditHead } from '@rm/state'
import type { LineLevel, LineQueue } from '../line-queue.ts'
import { isArmed } from './armed-watch.ts'
import type { Disguise } from './disguise.ts'

interface BeatingAccount {
  readonly accountId: AccountId
  readonly word: AccountWord
  readonly lockouts: readonly Lockout[]
}

export interface HeartbeatOptions {
  readonly settings: HeartbeatSettings
  readonly version: string
  /** Number of this run. */
  readonly run: number
  readonly disguise: Disguise
  readonly lines: LineQueue
  readonly now: () => Instant
  readonly auditHead: () => AuditHead
  readonly accounts: () => readonly BeatingAccount[]
}

/** An answer that takes longer is given up; the next beat is not waited for. */
const ANSWER_MS_MAX = 4_000
const ALERT = 'heartbeat-failing'

/**
 * The sign of life to a receiver that calls somebody when it hears nothing (reliability P-18): the dead cannot. What is in it lets the receiver see
 * that the daemon is more than a process: which accounts are armed and locked, and where its audit trail stands.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #timer: NodeJS.Timeout | null = null
  #isBeating = false
  #isFailing = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Without a receiver nothing happens. */
  start(): void {
    const { url, intervalMs } = this.#options.settings
    if (url === null) return
    const address = new URL(url.reveal())
    this.#timer = setInterval(() => void this.#beat(address), intervalMs)
    void this.#beat(address)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async #beat(url: URL): Promise<void> {
    if (this.#isBeating) return
    this.#isBeating = true
    try {
      await postJson({ url, body: this.#signs(), authorization: null, deadlineMs: ANSWER_MS_MAX })
      if (this.#isFailing)
        this.#say('info', `Alert over: ${ALERT}: heartbeats arrive again`, { event: 'alert-over', alert: ALERT })
      this.#isFailing = false
    } catch (error) {
      if (!(error instanceof ChannelFault)) throw error
      const facts = { event: 'alert', alert: ALERT, severity: 'error' }
      if (!this.#isFailing) this.#say('error', `Alert: the heartbeat does not arrive: ${error.message}`, facts)
      this.#isFailing = true
    } finally {
      this.#isBeating = false
    }
  }

  #signs(): object {
    const { version, run, disguise, now, auditHead, accounts } = this.#options
    const shown = accounts().map(({ accountId, word, lockouts }) => ({
      account: disguise.account(accountId),
      word,
      armed: isArmed(word),
      lockouts: lockouts.length,
    }))
    return {
      version,
      run,
      at: formatInstant(now()),
      auditHead: auditHead(),
      accounts: shown,
      lockedAccounts: shown.filter(({ lockouts }) => lockouts > 0).length,
    }
  }

  #say(level: LineLevel, message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level, message, topic: null, facts })
  }
}

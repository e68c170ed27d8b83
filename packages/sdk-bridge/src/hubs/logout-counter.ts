import type { BridgeLog } from '../bridge-log.ts'

/** More ends of the session than that within the window mean that somebody else logs in with the same user again and again (reliability A-09). */
const CONTEST = 3
const WINDOW_MS = 600_000

export class LogoutCounter {
  readonly #monotonic: () => number
  readonly #log: BridgeLog
  #recent: number[] = []

  constructor(monotonic: () => number, log: BridgeLog) {
    this.#monotonic = monotonic
    this.#log = log
  }

  count(text: string): void {
    const now = this.#monotonic()
    this.#recent = [...this.#recent.filter((at) => now - at < WINDOW_MS), now]
    this.#log.write('warn', 'the gateway ended the session', { text })
    if (this.#recent.length > CONTEST) {
      this.#log.write('error', 'session_contest: another login keeps ending ours', { times: this.#recent.length })
    }
  }
}

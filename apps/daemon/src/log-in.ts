import { setTimeout as pause } from 'node:timers/promises'
import { RmError } from '@rm/domain'
import type { Gateway } from '@rm/sdk-bridge'
import type { LineQueue } from './line-queue.ts'

/** Pauses between attempts of a program that must not give up. */
const RETRY_MS = 5_000
const RETRY_MAX_MS = 60_000

export interface LogInOptions {
  /** A lockout or an unfinished goal is stored: the program stays up and tries for ever (reliability A-01). */
  readonly persist: boolean
  readonly lines: LineQueue
}

/** Logs in. Without stored protection a failure ends the program: a wrong key should be seen at once. */
export async function logIn(gateway: Gateway, options: LogInOptions): Promise<void> {
  for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
    try {
      await gateway.login()
      if (pauseMs > RETRY_MS) tellEnd(options.lines)
      return
    } catch (error) {
      if (!options.persist || !(error instanceof RmError)) throw error
      options.lines.add({
        level: 'fatal',
        message: `Alert: ${error.message}; a lockout or goal is stored, so the login is tried again`,
        topic: null,
        facts: { event: 'auth-lost', code: error.code, retryMs: pauseMs },
      })
      await pause(pauseMs)
    }
  }
}

function tellEnd(lines: LineQueue): void {
  const facts = { event: 'alert-over', alert: 'auth-lost' }
  lines.add({ level: 'info', message: 'Alert over: auth-lost: the login is accepted', topic: null, facts })
}

import type { BridgeLog } from '@rm/sdk-bridge'
import type pino from 'pino'

/** What the bridge tells goes to the program's log, and to `api.log` beside it. */
export function bridgeLog(logger: pino.Logger): BridgeLog {
  return {
    write(level, message, facts = {}) {
      logger[level]({ topic: 'api', event: 'gateway', ...facts }, message)
    },
  }
}

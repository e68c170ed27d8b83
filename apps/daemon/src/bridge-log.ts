import type { BridgeLog } from '@rm/sdk-bridge'
import type { LineQueue } from './line-queue.ts'

/** What the bridge tells goes to the program's log, and to `api.log` beside it. */
export function bridgeLog(lines: LineQueue): BridgeLog {
  return {
    write(level, message, facts = {}) {
      lines.add({ level, message, topic: 'api', facts: { event: 'gateway', ...facts } })
    },
  }
}

/** Single requests to the gateway stand in `api.log` and nowhere else: there are more of them than of all the rest. */
export function trafficLog(lines: LineQueue): BridgeLog {
  return {
    write(level, message, facts = {}) {
      lines.add({ level, message, topic: 'traffic', facts: { event: 'gateway-request', ...facts } })
    },
  }
}

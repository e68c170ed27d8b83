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

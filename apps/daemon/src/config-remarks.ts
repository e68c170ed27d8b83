import type { LoadedConfig } from '@rm/config'
import type { LineQueue } from './line-queue.ts'

/** Writes what an accepted configuration still makes one wonder about: warnings, notices, and limits that will not do what is expected. */
export function tellRemarks(lines: LineQueue, { warnings, notices, lint }: LoadedConfig): void {
  for (const warning of warnings) {
    const message = `${warning.keyPath}: ${warning.why}`
    lines.add({ level: 'warn', message, topic: null, facts: { event: 'config-warning', ...warning } })
  }
  for (const remark of [...notices, ...lint]) {
    const level = remark.severity === 'warning' ? 'warn' : 'info'
    const message = `${remark.keyPath}: ${remark.got}`
    lines.add({ level, message, topic: null, facts: { event: 'config-remark', ...remark } })
  }
}

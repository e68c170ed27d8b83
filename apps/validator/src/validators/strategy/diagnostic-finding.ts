import path from 'node:path'
import type { Diagnostic } from '@rm/config'
import type { Finding } from '../../report/validation-report.ts'

/** What the configuration says of itself, as a finding: the place is file, line and key. */
export function diagnosticFinding({ severity, file, line, keyPath, expected, got, why, fix }: Diagnostic): Finding {
  const place = `${path.basename(file)}:${line} ${keyPath}`
  return { severity, place, what: `${got}; expected is ${expected}: ${why}`, remedy: fix }
}

import type { CertificateStatement } from '@rm/runtime-pack'
import type { ValidationReport } from '../report/validation-report.ts'
import { VALIDATOR_IDS } from '../validator.ts'

/**
 * What a certificate says of a run, or why there is none: everything has to have been asked, and answered well.
 *
 * @param validMs - how long it is valid from the beginning of the run
 */
export function statementOf(
  report: ValidationReport,
  validMs: number,
): CertificateStatement | { readonly refused: string } {
  const { subject, validators, verdict } = report
  const { build, configuration } = subject
  if (verdict === 'failed' || verdict === 'stalled') return { refused: 'not everything was answered well' }
  if (build === null || configuration === null) return { refused: 'there is no build or no valid configuration' }
  const missing = VALIDATOR_IDS.filter((id) => !validators.some((one) => one.id === id))
  if (missing.length > 0) return { refused: `${missing.join(', ')} did not run` }
  const results = validators.flatMap(({ id: validator, verdict: found }) =>
    found === 'passed' || found === 'warned' ? [{ validator, verdict: found }] : [],
  )
  return {
    version: 1,
    issuedAt: report.at,
    expiresAt: new Date(Date.parse(report.at) + validMs).toISOString(),
    build,
    configuration,
    criteria: subject.criteria,
    mode: report.mode,
    target: report.target,
    machine: subject.machine,
    results,
  }
}

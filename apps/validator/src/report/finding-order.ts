import type { CheckResult, Finding, ValidationReport, ValidationResult } from './validation-report.ts'

/** A finding and who has it. */
export interface PlacedFinding {
  readonly validator: ValidationResult
  readonly check: CheckResult
  readonly finding: Finding
}

const SEVERITIES = ['error', 'warning', 'notice'] as const

/** All findings of a run, the worst first; among equals in the order in which they were found. */
export function worstFirst({ validators }: Pick<ValidationReport, 'validators'>): readonly PlacedFinding[] {
  return validators
    .flatMap((validator) =>
      validator.checks.flatMap((check) => check.findings.map((finding) => ({ validator, check, finding }))),
    )
    .toSorted((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity))
}

/** How many findings there are of each severity, as people say it: `2 errors, 1 notice`, or `nothing`. */
export function countedFindings(findings: readonly Pick<Finding, 'severity'>[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

/** How many of the questions that made sense here were answered well, as `7 of 8`. */
export function countedChecks(checks: readonly Pick<CheckResult, 'verdict'>[]): string {
  const asked = checks.filter(({ verdict }) => verdict !== 'not applicable')
  return `${asked.filter(({ verdict }) => verdict === 'passed' || verdict === 'warned').length} of ${asked.length}`
}

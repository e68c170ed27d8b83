import type { CheckResult, Finding, Measure, ValidationReport } from '../../src/report/validation-report.ts'

/** Text that would become markup in a page, in XML and in Slack. */
export const HOSTILE = '<script>document.title = "taken"</script> & <!channel> "\u0007'

export const FINDING: Finding = {
  severity: 'error',
  place: 'accounts.yaml:12 daily_realized_loss',
  what: 'the limit of -2500 lies 500 above the floor of the firm',
  remedy: 'Write -2000 or less.',
}

/** A check with whatever a test is about. */
export function check(parts: Partial<CheckResult> = {}): CheckResult {
  return {
    id: 'limits',
    title: 'Every limit keeps the firm’s',
    verdict: 'passed',
    evidence: '3 accounts with 11 rules were compared.',
    findings: [],
    measures: [],
    durationMs: 312,
    ...parts,
  }
}

export function measure(parts: Partial<Measure> = {}): Measure {
  return {
    name: 'event to request, 99th percentile',
    value: 14.2,
    unit: 'ms',
    bound: { kind: 'at most', value: 50 },
    remedy: 'Look for what else the machine does.',
    series: [],
    ...parts,
  }
}

/** A run of one validator with these checks. */
export function reportOf(checks: readonly CheckResult[], parts: Partial<ValidationReport> = {}): ValidationReport {
  const verdict = (['failed', 'stalled', 'warned'] as const).find((one) =>
    checks.some((asked) => asked.verdict === one),
  )
  return {
    version: 1,
    at: '2026-11-27T14:05:09.000Z',
    durationMs: 41_300,
    mode: 'standard',
    target: 'simulator',
    subject: {
      build: 'a1'.repeat(32),
      configuration: 'b2'.repeat(32),
      criteria: 'c3'.repeat(32),
      machine: { platform: 'linux 6.1', architecture: 'x64', node: '26.10.0', host: 'trading-desk' },
    },
    verdict: verdict ?? 'passed',
    exitCode: verdict === 'failed' ? 1 : verdict === 'stalled' ? 2 : 0,
    validators: [
      { id: 'strategy', title: 'Strategy', verdict: verdict ?? 'passed', checks: [...checks], durationMs: 900 },
    ],
    ...parts,
  }
}

/** A run in which everything occurs that a report can show. */
export function fullReport(): ValidationReport {
  const latencies = Array.from({ length: 900 }, (_, at) => 9 + 3 * Math.sin(at / 40) + (at % 97 === 0 ? 26 : at % 5))
  const memory = Array.from({ length: 60 }, (_, at) => 148 + 22 * Math.log1p(at / 4))
  const strategy = [
    check({
      verdict: 'failed',
      findings: [FINDING, { ...FINDING, severity: 'notice', what: HOSTILE, place: HOSTILE }],
    }),
    check({ id: 'life-cycle', title: 'A lockout goes through all its states', evidence: '7 states were seen.' }),
  ]
  const performance = [
    check({
      id: 'latency',
      title: 'Requests leave in time',
      verdict: 'warned',
      evidence: '900 breaches were driven with 2 000 quotes a second beside them.',
      findings: [{ ...FINDING, severity: 'warning', place: 'processor', what: 'another program used 40 %' }],
      measures: [
        measure({ series: latencies, value: 38 }),
        measure({ name: 'quotes', value: 2_310, unit: 'per second', bound: { kind: 'at least', value: 2_000 } }),
        measure({ name: 'commit, 99th percentile', value: 71, remedy: 'Use a faster disk.' }),
        measure({ name: 'memory', unit: 'MiB', value: 208, bound: { kind: 'at most', value: 400 }, series: memory }),
        measure({ name: 'breaches', unit: 'of them', value: 900, bound: null }),
      ],
    }),
    check({ id: 'day', title: 'A day passes', verdict: 'stalled', evidence: 'Nothing is known.' }),
    check({ id: 'gateway', title: 'The gateway answers', verdict: 'not applicable', evidence: 'It is simulated.' }),
  ]
  const whole = reportOf([...strategy, ...performance])
  return {
    ...whole,
    validators: [
      { id: 'strategy', title: 'Strategy', verdict: 'failed', checks: strategy, durationMs: 1_200 },
      { id: 'performance', title: 'Performance', verdict: 'stalled', checks: performance, durationMs: 40_100 },
      { id: 'smoke', title: 'Smoke', verdict: 'passed', checks: [check({ id: 'first-event' })], durationMs: 2_900 },
    ],
  }
}

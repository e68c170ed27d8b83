import type { CheckResult, Finding, ValidationReport, ValidationResult } from './validation-report.ts'

/**
 * The run as JUnit XML, which every CI server reads: a suite for each validator, a case for each check. A check that was not answered is an error,
 * a question that makes no sense here is skipped, and warnings stand in the output of a case that passed.
 */
export function junitReport({ validators, at, durationMs, mode }: ValidationReport): string {
  const checks = validators.flatMap((validator) => validator.checks)
  const suites = validators.map((validator) => suiteOf(validator, at))
  const attributes = { name: `validate ${mode}`, ...countsOf(checks), time: seconds(durationMs), timestamp: at }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites)}`
}

function suiteOf({ id, title, checks, durationMs }: ValidationResult, at: string): string {
  const attributes = { name: title, id, ...countsOf(checks), time: seconds(durationMs), timestamp: at }
  return element(
    'testsuite',
    attributes,
    checks.map((check) => caseOf(id, check)),
  )
}

function caseOf(validator: string, check: CheckResult): string {
  const attributes = { name: check.title, classname: `${validator}.${check.id}`, time: seconds(check.durationMs) }
  return element('testcase', attributes, outcomeOf(check))
}

function outcomeOf({ verdict, evidence, findings, measures }: CheckResult): readonly string[] {
  const [first] = findings
  const message = first === undefined ? evidence : `${first.place}: ${first.what}`
  const told = findings.map(findingText)
  const numbers = measures.map(({ name, value, unit }) => `${name}: ${value} ${unit}`)
  if (verdict === 'not applicable') return [element('skipped', { message: evidence }, [])]
  // What a case of a failure says stands in the failure; that of a case that passed has no other place.
  const output = verdict === 'failed' || verdict === 'stalled' ? [] : told
  const fault = FAULTS[verdict]
  const faults = fault === null ? [] : [textElement(fault, { message, type: verdict }, told.join('\n'))]
  return [...faults, textElement('system-out', {}, [evidence, ...numbers, ...output].join('\n'))]
}

/** The element that says how a case ended; `null`: it passed. */
const FAULTS = { failed: 'failure', stalled: 'error', warned: null, passed: null } as const

function findingText({ severity, place, what, remedy }: Finding): string {
  return `${severity}: ${place}: ${what}\n  remedy: ${remedy}`
}

function countsOf(checks: readonly CheckResult[]): Readonly<Record<string, string>> {
  const count = (verdict: CheckResult['verdict']): string =>
    String(checks.filter((check) => check.verdict === verdict).length)
  return {
    tests: String(checks.length),
    failures: count('failed'),
    errors: count('stalled'),
    skipped: count('not applicable'),
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

type Attributes = Readonly<Record<string, string>>

function element(name: string, attributes: Attributes, children: readonly string[]): string {
  const start = startOf(name, attributes)
  if (children.length === 0) return `<${start}/>\n`
  const inner = children.join('').replaceAll(/^(?= *<)/gm, '  ')
  return `<${start}>\n${inner}</${name}>\n`
}

function textElement(name: string, attributes: Attributes, text: string): string {
  return `<${startOf(name, attributes)}>${escaped(text)}</${name}>\n`
}

function startOf(name: string, attributes: Attributes): string {
  return [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${attributeText(value)}"`)].join(' ')
}

/** XML 1.0 has no place for these, not even escaped (2.2). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replaceAll(FORBIDDEN, '\u{FFFD}').replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

/** A parser turns a line break of an attribute into a space unless it is written as a number (XML 1.0, 3.3.3). */
function attributeText(text: string): string {
  return escaped(text).replaceAll(/[\n\r\t]/g, (character) => `&#${character.codePointAt(0)};`)
}

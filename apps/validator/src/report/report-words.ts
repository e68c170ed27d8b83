import type { Measure, ValidationReport } from './validation-report.ts'

/** What a verdict means for whoever deploys. */
export const VERDICT_SENTENCES: Readonly<Record<ValidationReport['verdict'], string>> = {
  passed: 'FIT: every question was answered well.',
  warned: 'FIT, with warnings: read them before you deploy.',
  failed: 'NOT FIT: do not deploy.',
  stalled: 'NOT KNOWN: some questions were not answered. Do not deploy.',
}

/** `1.2 s`, and from two minutes on `2 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A number with three digits that count; whole numbers are written out. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

/** `at most 10 ms`, or `null` where nothing bounds it. */
export function boundText({ bound, unit }: Pick<Measure, 'bound' | 'unit'>): string | null {
  return bound === null ? null : `${bound.kind} ${numberText(bound.value)} ${unit}`
}

/** Whether a value keeps its bound; a value that is no number keeps none. */
export function isWithin({ value, bound }: Pick<Measure, 'value' | 'bound'>): boolean {
  if (bound === null) return true
  return bound.kind === 'at most' ? value <= bound.value : value >= bound.value
}

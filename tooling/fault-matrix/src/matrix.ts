import { catalogue } from './catalogue.ts'
import type { Evidence } from './evidence.ts'
import type { Bound, FaultRow } from './fault-row.ts'

/** `too late`: every test passed, and one measured more than the bound. */
export type Result = 'shown' | 'failed' | 'too late' | 'no test has run' | 'not here'

export interface MatrixRow {
  readonly id: string
  readonly row: FaultRow
  readonly evidence: Evidence | null
  readonly result: Result
}

export interface MatrixSection {
  readonly title: string
  readonly rows: readonly MatrixRow[]
}

export function matrixOf(evidence: ReadonlyMap<string, Evidence>): readonly MatrixSection[] {
  return catalogue.map(({ title, rows }) => ({
    title,
    rows: Object.entries(rows).map(([id, row]) => {
      const shown = evidence.get(id) ?? null
      return { id, row, evidence: shown, result: resultOf(row, shown) }
    }),
  }))
}

/** How many rows ended in which way. */
export function countsOf(matrix: readonly MatrixSection[]): Readonly<Record<Result, number>> {
  const counts: Record<Result, number> = { shown: 0, 'not here': 0, 'too late': 0, failed: 0, 'no test has run': 0 }
  for (const { result } of matrix.flatMap(({ rows }) => rows)) counts[result] += 1
  return counts
}

/** `3 s (B-3)`. */
export function describeBound(bound: Bound | null): string {
  return bound === null ? '–' : `${describeMs(bound.ms)} (${bound.label})`
}

export function describeMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0))} s`
}

function resultOf({ bound, notHere }: FaultRow, evidence: Evidence | null): Result {
  if (evidence === null) return notHere === undefined ? 'no test has run' : 'not here'
  if (evidence.failed > 0) return 'failed'
  const isLate = bound !== null && evidence.measuredMs !== null && evidence.measuredMs > bound.ms
  return isLate ? 'too late' : 'shown'
}

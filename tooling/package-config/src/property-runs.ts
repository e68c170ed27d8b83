/** What a property plays in the gate, unless its cases are dear. */
const GATE_RUNS = 1_000

/**
 * Cases of a property: `inTheGate`, and in proportion as many as `RM_PROPERTY_RUNS` says that a property of a thousand shall play.
 * With `RM_PROPERTY_RUNS=20000` one of 1 000 plays 20 000 and one of 60 plays 1 200.
 */
export function propertyRuns(inTheGate: number = GATE_RUNS): number {
  return Math.max(1, Math.round(inTheGate * factor()))
}

/** Milliseconds that a test may take: what is enough in the gate, and as many times more as it plays more cases. */
export function patienceMs(inTheGate: number): number {
  return inTheGate * Math.max(1, factor())
}

function factor(): number {
  const written = process.env['RM_PROPERTY_RUNS'] ?? ''
  if (written === '') return 1
  if (!/^[1-9]\d*$/.test(written)) throw new RangeError(`RM_PROPERTY_RUNS is a number of cases, was ${written}`)
  return Number(written) / GATE_RUNS
}

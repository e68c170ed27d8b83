import { CHECKPOINTS, type CheckpointId, checkpointOf } from '@rm/runtime-pack'
import { expect, test } from 'vitest'
import { enforcementsOf, playedDay } from './played-day.ts'

/** Long enough for the last of the six rules: a session that ends 35 s into the day, and the re-entry after it. */
const DAY = '48s'
const LIMIT_MS = 120_000
const RULES = ['RULE-001', 'RULE-002', 'RULE-003', 'RULE-006', 'RULE-008', 'RULE-009']

test(
  'npm start plays a day in which each of the six rules is broken and enforced, verified on the ledger',
  async () => {
    const { exitCode, lines, ended } = await playedDay('--duration', DAY)
    expect(exitCode).toBe(0)

    const passed = new Set(lines.map((line) => checkpointOf(line.msg)))
    // The log has all eight; the story tells the boot and what was enforced.
    const told: CheckpointId[] = [
      'starting',
      'config-loaded',
      'sdk-connected',
      'rules-initialized',
      'event-loop-running',
      'enforcement-triggered',
    ]
    for (const id of told) expect(passed).toContain(id)
    expect(Object.keys(CHECKPOINTS)).toHaveLength(8)

    expect([...new Set(enforcementsOf(lines).map(({ owedTo }) => owedTo))].toSorted()).toEqual(RULES)

    const { summary, ledger } = ended
    expect(summary.breaches).toBeGreaterThanOrEqual(RULES.length)
    expect(summary.enforcements).toBeGreaterThanOrEqual(RULES.length)
    expect(Object.fromEntries(ledger.map(({ id, holds }) => [id, holds]))).toEqual({
      7001001: '2 CON.F.US.MNQ.Z26, 1 CON.F.US.MES.Z26', // limit 3
      7001002: '2 CON.F.US.MNQ.Z26', // limit 2 of MNQ, no RTY
      7001003: 'flat', // locked by its daily loss
      7001004: '1 CON.F.US.MES.Z26', // reduce-only, what it held
      7001005: '1 CON.F.US.MNQ.Z26', // the second entry got its stop in time
      7001006: '1 CON.F.US.MNQ.Z26', // behaved
      7001007: 'flat', // its session is over
    })
  },
  LIMIT_MS,
)

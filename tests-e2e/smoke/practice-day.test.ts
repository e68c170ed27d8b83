import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CHECKPOINTS, type CheckpointId, checkpointOf } from '@rm/runtime-pack'
import { expect, test } from 'vitest'
import { z } from 'zod'

const CLI = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url))
/** Long enough for the last of the six rules: a session that ends 35 s into the day, and the re-entry after it. */
const DAY = '48s'
const LIMIT_MS = 120_000
const RULES = ['RULE-001', 'RULE-002', 'RULE-003', 'RULE-006', 'RULE-008', 'RULE-009']

const Told = z.looseObject({
  event: z.string(),
  msg: z.string().default(''),
  rule: z.string().optional(),
  breachId: z.string().optional(),
  lockoutId: z.string().optional(),
  origin: z.string().optional(),
  state: z.string().optional(),
})

const DayEnded = z.looseObject({
  summary: z.object({ breaches: z.number(), enforcements: z.number() }),
  ledger: z.array(z.object({ id: z.number(), holds: z.string() })),
})

test(
  'npm start plays a day in which each of the six rules is broken and enforced, verified on the ledger',
  async () => {
    const child = spawn(process.execPath, [CLI, 'start', '--duration', DAY, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines: z.infer<typeof Told>[] = []
    createInterface(child.stdout).on('line', (line) => lines.push(Told.parse(JSON.parse(line))))
    const exitCode = await new Promise((resolve) => child.once('close', resolve))
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

    expect(rulesVerified(lines)).toEqual(RULES)

    const { summary, ledger } = DayEnded.parse(lines.find((line) => line.event === 'day-ended'))
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

/** Rules of which a goal, owed to one of their breaches or lockouts, was reached by our action and verified. */
function rulesVerified(lines: readonly z.infer<typeof Told>[]): readonly string[] {
  const ruleOf = new Map<string, string>()
  for (const { breachId, lockoutId, rule } of lines) {
    const id = breachId ?? lockoutId
    if (id !== undefined && rule !== undefined) ruleOf.set(id, rule)
  }
  const reached = lines.filter((line) => line.event === 'goal-ended' && line.state === 'reached')
  return [...new Set(reached.map((line) => ruleOf.get(line.origin ?? '') ?? 'unknown'))].toSorted()
}

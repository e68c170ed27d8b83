import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { rulesBiteCheck } from '../src/validators/risk-engine/rules-bite-check.ts'
import { type Change, changedConfig, FIRST_ACCOUNT_ALONE } from './changed-config.ts'
import { patchedDaemon } from './patched-daemon.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-rules-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('each of the thirteen rules is alive and bites', async () => {
  const configDirectory = path.join(ROOT, 'config/simulator/all-rules')
  const { verdict, evidence, findings } = await askCheck(rulesBiteCheck, runContext({ configDirectory }), folder)
  expect([verdict, findings]).toEqual(['passed', []])
  const codes = new Set(evidence.match(/RULE-\d+/g))
  expect(codes.size).toBe(13)
})

/** As before a deployment, with little patience. */
function askQuickly(daemon: string, changes: readonly Change[] = []): ReturnType<typeof askCheck> {
  const configDirectory = changedConfig(SIMULATOR_CONFIG, mkdtempSync(path.join(folder, 'config-')), [
    ...FIRST_ACCOUNT_ALONE,
    ...changes,
  ])
  const context = runContext({ configDirectory, programs: { ...PROGRAMS, daemon } })
  const { reliability } = context.criteria
  const criteria = { ...context.criteria, reliability: { ...reliability, enforcementMs: 2_000 } }
  return askCheck(rulesBiteCheck, { ...context, mode: 'quick', criteria }, folder)
}

describe('planted: a rule that does not bite', () => {
  test('a build in which a rule is dead', async () => {
    const daemon = patchedDaemon(folder, [['held<=unitsMax', 'held<=unitsMax*1e6']])
    const errors = errorsOf(await askQuickly(daemon))
    expect(errors).toEqual([
      expect.stringMatching(/^RULE-001 max_contracts of PRAC-V2-100200-7001001.* is dead: found no breach/),
      expect.stringMatching(
        /^RULE-001 max_contracts of .* not undone on the simulated exchange: .* the daemon told no/,
      ),
    ])
  })

  test('a build whose rules are alive and whose closes never arrive', async () => {
    const daemon = patchedDaemon(folder, [
      ['"/api/Position/closeContract"', '"/api/Position/closeNothing"'],
      ['"/api/Position/partialCloseContract"', '"/api/Position/closeNothing"'],
    ])
    const errors = errorsOf(await askQuickly(daemon))
    expect(errors).toEqual([
      expect.stringMatching(/^RULE-003 daily_realized_loss of .* are still open/),
      expect.stringMatching(/^RULE-001 max_contracts of .* 4 \w+ are open, 3 are allowed/),
      expect.stringMatching(/^RULE-002 max_contracts_per_instrument of .* are open, \d are allowed/),
    ])
  })

  test('a rule in shadow, and one that limits nothing, in the settings of the operator', async () => {
    const { verdict, findings } = await askQuickly(PROGRAMS.daemon, [
      ['risk_config.yaml', ['rules', 'daily_realized_loss', 'mode'], 'shadow'],
      ['risk_config.yaml', ['rules', 'trade_management'], { enabled: true }],
    ])
    const told = findings.map(({ severity, place, what }) => `${severity} ${place.split(' of ')[0]} ${what}`)
    expect([verdict, told]).toEqual([
      'warned',
      [
        'warning RULE-003 daily_realized_loss is in shadow mode: it judges and logs, and undoes nothing',
        'warning RULE-012 trade_management is on and idle: its settings limit nothing',
      ],
    ])
  })
})

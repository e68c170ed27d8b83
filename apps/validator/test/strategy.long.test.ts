import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { lockoutLifeCheck } from '../src/validators/strategy/lockout-life-check.ts'
import { changedConfig, FIRST_ACCOUNT_ALONE } from './changed-config.ts'
import { patchedDaemon } from './patched-daemon.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-lockouts-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('the lockouts of this checkout live as they should', async () => {
  const { verdict, evidence, findings } = await askCheck(lockoutLifeCheck, runContext(), folder)
  expect([verdict, findings]).toEqual(['passed', []])
  expect(evidence).toContain('RULE-010 (free, in force, re-entry refused by the exchange, its condition met, released)')
  const whole = 'RULE-003 (free, in force, re-entry undone, in force until just before its end, over, released)'
  expect(evidence).toContain(whole)
})

/** One rule that locks, and little patience. */
function shortLife(daemon: string): ReturnType<typeof askCheck> {
  const configDirectory = changedConfig(SIMULATOR_CONFIG, mkdtempSync(path.join(folder, 'config-')), [
    ['risk_config.yaml', ['rules', 'trade_frequency_limit', 'enabled'], false],
    ['risk_config.yaml', ['rules', 'auth_loss_guard', 'enabled'], false],
    ...FIRST_ACCOUNT_ALONE,
  ])
  const context = runContext({ configDirectory, programs: { ...PROGRAMS, daemon } })
  const { reliability } = context.criteria
  const criteria = { ...context.criteria, reliability: { ...reliability, enforcementMs: 2_500 } }
  return askCheck(lockoutLifeCheck, { ...context, criteria }, folder)
}

describe('planted: a lockout that does not live as it should', () => {
  test('a build whose lockouts never end', async () => {
    const never = 'filter(lockout=>draft===lockout&&hasEnded(draft,lockout))'
    const result = await shortLife(patchedDaemon(folder, [['filter(lockout=>hasEnded(draft,lockout))', never]]))
    expect(errorsOf(result)[0]).toMatch(/^lockout of RULE-003 .*it is in force 2\.5 s after its end/)
    expect(result.findings[0]?.remedy).toContain('Do not deploy this build')
  })

  test('a build whose lockouts let the trader back in', async () => {
    const standing = 'standing=standingGoals(draft.state);if(standing.length'
    const result = await shortLife(patchedDaemon(folder, [[`${standing}===0)`, `${standing}>=0)`]]))
    expect(errorsOf(result)[0]).toMatch(/^lockout of RULE-003 .*bought while locked is still open/)
  })
})

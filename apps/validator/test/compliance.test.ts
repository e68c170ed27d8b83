import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { historyAccount } from '../src/stored-data/history-of-days.ts'
import { recordedDaysCheck } from '../src/validators/compliance/recorded-days-check.ts'
import { retentionCheck } from '../src/validators/compliance/retention-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'
import { configWith, storedDays } from './stored-days.ts'

const ACCOUNT = historyAccount(0)
const TRIGGERS_OFF = 'DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted;'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-compliance-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** What is found wrong with the recorded days after these statements. */
async function recordedAfter(name: string, statements: string): Promise<readonly string[]> {
  const dataDirectory = await storedDays(path.join(folder, name), (database) => database.exec(statements))
  const result = await askCheck(recordedDaysCheck, runContext({ dataDirectory }), folder)
  for (const finding of result.findings.filter(({ severity }) => severity === 'error'))
    expect(finding.remedy).toContain('find out who wrote to it')
  return errorsOf(result)
}

test('untouched days are complete, and without a data folder there are none', async () => {
  const dataDirectory = await storedDays(path.join(folder, 'untouched'))
  const result = await askCheck(recordedDaysCheck, runContext({ dataDirectory }), folder)
  expect(result).toMatchObject({ verdict: 'passed' })
  expect(result.evidence).toContain('108 audit records verify')
  expect(result.evidence).toContain('12 breaches, 12 goals and 12 requests')
  expect(await askCheck(recordedDaysCheck, runContext(), folder)).toMatchObject({ verdict: 'not applicable' })
})

test('the shipped settings keep what has to be kept', async () => {
  expect(await askCheck(retentionCheck, runContext(), folder)).toMatchObject({ verdict: 'passed' })
})

describe('planted: a trail that is not complete', () => {
  test('a number in an audit record was changed', async () => {
    const found = await recordedAfter(
      'edited',
      `${TRIGGERS_OFF} UPDATE audit SET detail = replace(detail, '512', '12') WHERE seq = 10`,
    )
    expect(found[0]).toMatch(/^audit record 10: edited/)
  })

  test('an audit record was deleted', async () => {
    const found = await recordedAfter('deleted', `${TRIGGERS_OFF} DELETE FROM audit WHERE seq = 4`)
    expect(found).toContainEqual(expect.stringMatching(/^audit record 4: deleted/))
    expect(found).toContainEqual(expect.stringMatching(/^c-\d+-0-0: a request without its intent in the audit trail/))
  })

  test('a request was written down without its intent', async () => {
    const found = await recordedAfter(
      'unintended',
      `INSERT INTO command (account_id, id, goal_id, kind, command, attempt, state, sent_at)
       SELECT account_id, 'c-smuggled', goal_id, kind, command, 2, 'sending', sent_at FROM command WHERE id = 'c-${ACCOUNT}-0-0'`,
    )
    expect(found).toEqual([
      'c-smuggled: a request without its intent in the audit trail',
      'c-smuggled: a request without an outcome',
    ])
  })

  test('the goal of a breach is gone with its request', async () => {
    const found = await recordedAfter(
      'unanswered',
      `DROP TRIGGER lockout_is_never_deleted;
       DELETE FROM command WHERE id = 'c-${ACCOUNT}-1-1'; DELETE FROM goal WHERE id = 'g-${ACCOUNT}-1-1'; DELETE FROM lockout WHERE id = 'l-${ACCOUNT}-1-1'`,
    )
    expect(found).toContain(`b-${ACCOUNT}-1-1: a breach that demanded something, and nothing was pursued`)
    expect(found).toContain(`g-${ACCOUNT}-1-1: an audit record of a goal that the store does not have`)
  })
})

describe('planted: settings that keep too little', () => {
  test('logs for a week, and no error log', async () => {
    const logging = '  logging: { retention_days: 7, files: { error: { enabled: false } } }'
    const configDirectory = configWith(path.join(folder, 'forgetful'), logging)
    const result = await askCheck(retentionCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)).toEqual([
      'general.logging.files.error.enabled: error.log is turned off, so no errors are kept',
      'general.logging.retention_days: log files are removed after 7 days, and have to be kept for 30',
    ])
    expect(result.findings[1]?.remedy).toBe('Set it to 30 or more.')
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeEarlierVersion } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { historyAccount } from '../src/stored-data/history-of-days.ts'
import { earlierVersionsCheck } from '../src/validators/database/earlier-versions-check.ts'
import { indexUseCheck } from '../src/validators/database/index-use-check.ts'
import { ownHistoryCheck } from '../src/validators/database/own-history-check.ts'
import { soundFileCheck } from '../src/validators/database/sound-file-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'
import { DATABASE, NOON, storedDays } from './stored-days.ts'

const ACCOUNT = historyAccount(0)

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-database-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function dataFolder(name: string, tamper?: (database: Sqlite.Database) => void): Promise<string> {
  return storedDays(path.join(folder, name), tamper)
}

function ask(check: Parameters<typeof askCheck>[0], dataDirectory: string | null) {
  return askCheck(check, runContext({ dataDirectory }), folder)
}

test('a sound database of this build passes, and is left as it was', async () => {
  const data = await dataFolder('sound')
  const before = readFileSync(path.join(data, DATABASE))
  expect(await ask(soundFileCheck, data)).toMatchObject({ verdict: 'passed', findings: [] })
  expect(await ask(indexUseCheck, data)).toMatchObject({ verdict: 'passed', findings: [] })
  expect(readFileSync(path.join(data, DATABASE)).equals(before)).toBe(true)
})

test('every earlier version comes up, and no statement on a new database walks a table that grows', async () => {
  expect(await ask(earlierVersionsCheck, null)).toMatchObject({ verdict: 'passed', findings: [] })
  expect(await ask(indexUseCheck, null)).toMatchObject({ verdict: 'passed', findings: [] })
})

describe('planted: a database that must not be relied on', () => {
  test('an index that somebody dropped is named, and the query that walks a table without it', async () => {
    const data = await dataFolder('dropped', (database) => database.exec('DROP INDEX goal_unfinished'))
    const errors = errorsOf(await ask(soundFileCheck, data))
    expect(errors).toEqual(['index goal_unfinished: is missing'])
    const walks = errorsOf(await ask(indexUseCheck, data))
    expect(walks).toContainEqual(expect.stringMatching(/^table goal: the lock snapshot walks every row of it: SELECT/))
  })

  test('a trigger that guarded the audit trail is gone', async () => {
    const data = await dataFolder('trigger', (database) => database.exec('DROP TRIGGER audit_is_never_changed'))
    expect(errorsOf(await ask(soundFileCheck, data))).toEqual(['trigger audit_is_never_changed: is missing'])
  })

  test('bytes of the file were overwritten', async () => {
    const data = await dataFolder('bytes')
    const file = path.join(data, DATABASE)
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 4096 * 3 + 8, 4096 * 12)
    writeFileSync(file, bytes)
    const { verdict, findings } = await ask(soundFileCheck, data)
    expect(verdict).toBe('failed')
    expect(findings[0]).toMatchObject({ place: 'state.db', remedy: expect.stringContaining('backup restore newest') })
  })

  test('a request refers to a goal that is not there', async () => {
    const data = await dataFolder('orphan', (database) => {
      database.pragma('foreign_keys = OFF')
      database.exec(
        `UPDATE command SET goal_id = 'nowhere' WHERE rowid IS NULL OR id = 'c-${ACCOUNT}-0-0'`.replace(
          'rowid IS NULL OR ',
          '',
        ),
      )
    })
    expect(errorsOf(await ask(soundFileCheck, data))).toEqual([
      'table command: has rows that refer to rows which are missing',
    ])
  })

  test('a database of an earlier version has a lockout that cannot be read', async () => {
    const data = path.join(folder, 'earlier')
    mkdirSync(data)
    const file = path.join(data, DATABASE)
    await makeEarlierVersion(file, 3, NOON)
    const database = new Sqlite(file)
    database.exec(`INSERT INTO lockout (account_id, id, rule, scope, effect, baseline, from_at, end_kind, end_at, reason)
      VALUES (1, 'l', 'RULE-003', 'account', 'flat', 'no list', 1, 'at', 4000000000000, 'the limit')`)
    database.close()
    const result = await ask(soundFileCheck, data)
    expect(errorsOf(result)[0]).toMatch(/^opening: STORE_CORRUPT: a row of table lockout cannot be read/)
    expect(result.findings).toContainEqual(expect.objectContaining({ severity: 'notice', place: 'schema version' }))
  })

  test('a store that something slows down: a trigger that counts with every request', async () => {
    const data = await dataFolder('slow', (database) =>
      database.exec(`CREATE TRIGGER audit_statistics AFTER INSERT ON command BEGIN
        UPDATE last_turn SET at = at WHERE (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
          SELECT count(*) FROM n) < 0; END`),
    )
    const slow = errorsOf(await ask(ownHistoryCheck, data))
    expect(slow).toContainEqual(
      expect.stringMatching(/^commit of a breach, own history, p99: .* ms; allowed at most 50 ms/),
    )
    expect(errorsOf(await ask(soundFileCheck, data))).toEqual(['trigger audit_statistics: is none of this build'])
  })
})

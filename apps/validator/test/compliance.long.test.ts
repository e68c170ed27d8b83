import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS } from '../src/program-files.ts'
import { oldRecordsCheck } from '../src/validators/compliance/old-records-check.ts'
import { tradingDayCheck } from '../src/validators/compliance/trading-day-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'
import { configWith } from './stored-days.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-compliance-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('a day with the daemon of this checkout is recorded whole and adds up', async () => {
  const result = await askCheck(tradingDayCheck, runContext(), folder)
  expect(result).toMatchObject({ verdict: 'passed', findings: [] })
  expect(result.evidence).toMatch(/ of 2 accounts add up\.$/)
})

describe('planted: a daemon that loses what has to be kept', () => {
  test('closing trades are not stored, so the report does not add up', async () => {
    const daemon = daemonThat(`
      const prepare = Sqlite.prototype.prepare
      Sqlite.prototype.prepare = function (sql) {
        const statement = prepare.call(this, sql)
        if (!sql.startsWith('INSERT INTO "trade"')) return statement
        const { run } = statement
        statement.run = (row) => (row.realized_pnl === null ? run.call(statement, row) : { changes: 0, lastInsertRowid: 0 })
        return statement
      }`)
    const programs = { ...PROGRAMS, daemon }
    const result = await askCheck(tradingDayCheck, runContext({ programs }), folder)
    expect(errorsOf(result)[0]).toMatch(/^account 7001001, 20\d\d-\d\d-\d\d: \$.* and the report's net of .* apart$/)
  })

  test('a log of four weeks ago is removed', async () => {
    const configDirectory = configWith(path.join(folder, 'forgetful'), '  logging: { retention_days: 7 }')
    const result = await askCheck(oldRecordsCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)).toEqual(['error.log: a log file of 29 days ago was removed'])
    expect(result.findings[0]?.remedy).toContain('general.logging.retention_days')
  })
})

/** The daemon with a fault in its driver, which it loads by the same path. */
function daemonThat(fault: string): string {
  const file = path.join(folder, 'faulty-daemon.mjs')
  writeFileSync(
    file,
    `import { createRequire } from 'node:module'
    const Sqlite = createRequire(${JSON.stringify(PROGRAMS.daemon)})('better-sqlite3')
    ${fault}
    await import(${JSON.stringify(pathToFileURL(PROGRAMS.daemon).href)})`,
  )
  return file
}

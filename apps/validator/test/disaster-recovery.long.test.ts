import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS } from '../src/program-files.ts'
import { lostDatabaseCheck } from '../src/validators/disaster-recovery/lost-database-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-recovery-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('the daemon of this checkout comes back from a lost database', async () => {
  const result = await askCheck(lostDatabaseCheck, runContext(), folder)
  expect(result).toMatchObject({ verdict: 'passed', findings: [] })
  expect(result.measures.map(({ unit }) => unit)).toEqual(['s', 's'])
})

describe('planted: a daemon whose copies do not last', () => {
  test('the lockout is gone with the database', async () => {
    const daemon = path.join(folder, 'forgetful.mjs')
    writeFileSync(
      daemon,
      `import { rmSync } from 'node:fs'
      const data = process.argv[process.argv.indexOf('--data') + 1]
      setInterval(() => {
        for (const name of ['locks.json', 'backups']) rmSync(data + '/' + name, { recursive: true, force: true })
      }, 5)
      await import(${JSON.stringify(pathToFileURL(PROGRAMS.daemon).href)})`,
    )
    const result = await askCheck(lostDatabaseCheck, runContext({ programs: { ...PROGRAMS, daemon } }), folder)
    expect(errorsOf(result)).toContain('account 7001001: is not locked any more after the database was lost')
    expect(errorsOf(result)).toContainEqual(expect.stringMatching(/^recovery point: age of the newest lock snapshot: /))
  })
})

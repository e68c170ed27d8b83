import path from 'node:path'
import { RmError } from '@rm/domain'
import { readDurability, SCHEMA_VERSION } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import type { Finding } from '../../report/validation-report.ts'
import { openAsDaemon } from '../../stored-data/new-store.ts'
import { schemaDifferences, schemaOf } from '../../stored-data/schema-objects.ts'
import { subjectDatabase } from '../../stored-data/subject-database.ts'
import { answer, type Check } from '../../validator.ts'

const RESTORE = 'Stop the daemon and run "risk-manager backup restore newest"; look at the disk if it comes again.'

/** Reads every page, refers every row, compares the schema, and opens it with the store of this build. */
export const soundFileCheck: Check = {
  id: 'sound-file',
  title: 'The database is whole, has the schema of this build and opens durably',
  from: 'quick',
  limitMs: 120_000,
  async run(context) {
    const { file, source } = await subjectDatabase(context)
    const damage = damageOf(file)
    if (damage.length > 0) return answer(`Every page and reference of ${source} was read.`, damage)
    const fresh = path.join(context.scratch, 'fresh', 'state.db')
    ;(await openAsDaemon(fresh)).close()
    const found = schemaOf(file)
    const differences = found.version === SCHEMA_VERSION ? schemaDifferences(found, schemaOf(fresh)) : []
    const findings = [
      ...versionFindings(found.version),
      ...differences.map(({ object: place, what }): Finding => ({ severity: 'error', place, what, remedy: RESTORE })),
      ...(await openingFindings(file)),
    ]
    const objects = `${found.objects.size} tables, indexes and triggers`
    return answer(`${source}: every page was read; schema version ${found.version}, ${objects}; opened.`, findings)
  },
}

function damageOf(file: string): readonly Finding[] {
  const place = path.basename(file)
  let database: Sqlite.Database | null = null
  try {
    database = new Sqlite(file)
    const said = z.array(z.object({ integrity_check: z.string() })).parse(database.pragma('integrity_check(3)'))
    const damage = said.map((row) => row.integrity_check).filter((line) => line !== 'ok')
    const orphans = z.array(z.looseObject({ table: z.string() })).parse(database.pragma('foreign_key_check'))
    const tables = [...new Set(orphans.map(({ table }) => table))]
    return [
      ...damage.map((what): Finding => ({ severity: 'error', place, what: `damaged: ${what}`, remedy: RESTORE })),
      ...tables.map((table): Finding => {
        const what = 'has rows that refer to rows which are missing'
        return { severity: 'error', place: `table ${table}`, what, remedy: RESTORE }
      }),
    ]
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error
    return [{ severity: 'error', place, what: `cannot be read: ${error.message}`, remedy: RESTORE }]
  } finally {
    database?.close()
  }
}

function versionFindings(version: number): readonly Finding[] {
  const place = 'schema version'
  if (version > SCHEMA_VERSION) {
    const what = `${version}, made by a newer program; this build knows versions up to ${SCHEMA_VERSION}`
    return [{ severity: 'error', place, what, remedy: 'Deploy the build that made it, or a newer one.' }]
  }
  if (version === SCHEMA_VERSION) return []
  const what = `${version}; the next start brings it to ${SCHEMA_VERSION} and keeps a copy in before-migration`
  return [{ severity: 'notice', place, what, remedy: 'Nothing; leave room for a second copy on the disk.' }]
}

/** What SQLite has to answer on the store's own connection. */
const DURABLE = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, locking_mode: 'exclusive' } as const

/** The copy is opened as the daemon would: with its migrations, and with every row read that still has to hold. */
async function openingFindings(file: string): Promise<readonly Finding[]> {
  try {
    using store = await openAsDaemon(file)
    const { recovery } = store
    store.close()
    const read = readDurability(file)
    const weak = z.enum(['journal_mode', 'synchronous', 'foreign_keys', 'locking_mode']).options
    return [
      ...recovery.map((what): Finding => ({ severity: 'error', place: 'opening', what, remedy: RESTORE })),
      ...weak.flatMap((pragma): readonly Finding[] => {
        if (read[pragma] === DURABLE[pragma]) return []
        const what = `is ${String(read[pragma])} on the store's connection, and has to be ${DURABLE[pragma]}`
        return [{ severity: 'error', place: `pragma ${pragma}`, what, remedy: 'Do not deploy this build.' }]
      }),
    ]
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    return [{ severity: 'error', place: 'opening', what: `${error.code}: ${error.message}`, remedy: RESTORE }]
  }
}

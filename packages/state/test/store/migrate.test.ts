import { hash } from 'node:crypto'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import Sqlite from 'better-sqlite3'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDurably } from '../../src/store/durable-database.ts'
import { verifyBackup } from '../../src/store/backup.ts'
import { migrate, MIGRATIONS, refuseNewerSchema } from '../../src/store/migrate.ts'
import type { MigrationStep } from '../../src/store/migration-step.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aLockout, aTurn, NOON } from './turn-records.ts'

const STEPS: readonly MigrationStep[] = [
  { name: '0001-one', statements: ['CREATE TABLE one (id INTEGER)', 'INSERT INTO one VALUES (1)'] },
  { name: '0002-two', statements: ['CREATE TABLE two (id INTEGER)', 'INSERT INTO two SELECT id FROM one'] },
]

test('steps run once each, in order, whether together or one release after the other', async () => {
  const together = new Sqlite(':memory:')
  await migrate(together, NOON, STEPS)
  const apart = new Sqlite(':memory:')
  await migrate(apart, NOON, STEPS.slice(0, 1))
  await migrate(apart, NOON, STEPS)
  for (const database of [together, apart]) {
    await migrate(database, NOON, STEPS)
    expect(database.prepare('SELECT id FROM two').pluck().all()).toEqual([1])
    expect(database.prepare('SELECT name, applied_at FROM schema_migration ORDER BY name').all()).toEqual([
      { name: '0001-one', applied_at: NOON },
      { name: '0002-two', applied_at: NOON },
    ])
    expect(database.pragma('user_version', { simple: true })).toBe(2)
  }
})

test('a step that fails half way leaves nothing of itself, and the steps before it stay (D-16)', async () => {
  const database = new Sqlite(':memory:')
  const broken = { name: '0002-two', statements: ['CREATE TABLE two (id INTEGER)', 'INSERT INTO nowhere VALUES (1)'] }
  await expect(migrate(database, NOON, [...STEPS.slice(0, 1), broken])).rejects.toThrow('nowhere')
  expect(database.pragma('user_version', { simple: true })).toBe(1)
  expect(database.inTransaction).toBe(false)
  expect(database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'two'`).pluck().get()).toBe(0)
  await migrate(database, NOON, STEPS)
  expect(database.prepare('SELECT id FROM two').pluck().all()).toEqual([1])
})

test('a step that was edited after it had been applied is refused', async () => {
  const database = new Sqlite(':memory:')
  await migrate(database, NOON, STEPS)
  const edited = [{ name: '0001-one', statements: ['CREATE TABLE one (id TEXT)'] }, ...STEPS.slice(1)]
  await expect(migrate(database, NOON, edited)).rejects.toMatchObject({ code: 'STORE_NEWER_SCHEMA' })
})

test('lockouts of an older file keep their ends, cannot be shortened, and stand beside those that end with a condition', async () => {
  const database = new Sqlite(':memory:')
  await migrate(database, NOON, MIGRATIONS.slice(0, 1))
  const columns = `'account', 'flat', '[]', 1`
  database.exec(`INSERT INTO lockout VALUES (1, 'old', 'RULE-003', ${columns}, 'next-reset', 90, 'why', NULL, NULL)`)
  await migrate(database, NOON)
  const unknown = 'NULL, NULL, NULL, NULL, NULL'
  database.exec(`INSERT INTO lockout VALUES (1, 'new', 'RULE-010', ${columns}, 'can-trade', NULL, 'why', ${unknown})`)
  expect(database.prepare('SELECT id, end_kind, end_at FROM lockout ORDER BY id').all()).toEqual([
    { id: 'new', end_kind: 'can-trade', end_at: null },
    { id: 'old', end_kind: 'next-reset', end_at: 90 },
  ])
  for (const change of [
    `end_at = 89 WHERE id = 'old'`,
    `end_kind = 'can-trade', end_at = NULL WHERE id = 'old'`,
    `end_kind = 'at', end_at = 99 WHERE id = 'new'`,
    `end_kind = 'config' WHERE id = 'new'`,
  ]) {
    expect(() => database.exec(`UPDATE lockout SET ${change}`)).toThrow('never shortened')
  }
  expect(() => database.exec('DELETE FROM lockout')).toThrow('never deleted')
  expect(() =>
    database.exec(`INSERT INTO lockout VALUES (1, 'x', 'RULE-003', ${columns}, 'at', NULL, 'why', ${unknown})`),
  ).toThrow('CHECK')
})

test('lockouts of a version that kept no numbers have none, and lock all the same', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aTurn({ lockouts: [aLockout('old'), aLockout('new', { rule: 'RULE-007' })] })])
  }
  folder.tamper((database) =>
    database.exec(`UPDATE lockout SET measured = NULL, "limit" = NULL, config_version = NULL WHERE id = 'old'`),
  )
  using store = await folder.open()
  expect(store.loadAccount(TEST_ACCOUNT, NOON).lockouts).toEqual([
    aLockout('new', { rule: 'RULE-007' }),
    aLockout('old', { evidence: null }),
  ])
})

test('a schema of a newer program is refused and left as it is (D-17)', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
  }
  folder.tamper((database) => database.pragma(`user_version = ${MIGRATIONS.length + 1}`))
  await expect(folder.open()).rejects.toMatchObject({
    code: 'STORE_NEWER_SCHEMA',
    message: expect.stringContaining(`version ${MIGRATIONS.length + 1}`),
    details: { lockouts: [`${TEST_ACCOUNT} RULE-003`] },
  })
  folder.tamper((database) => {
    expect(database.prepare('SELECT count(*) FROM run').pluck().get()).toBe(1)
    database.pragma(`user_version = ${MIGRATIONS.length}`)
  })
  using store = await folder.open()
  expect(store.epoch).toBe(2)
})

test('the schema of this program is not newer', () => {
  const database = new Sqlite(':memory:')
  for (const version of [0, MIGRATIONS.length]) {
    database.pragma(`user_version = ${version}`)
    expect(() => refuseNewerSchema(database)).not.toThrow()
  }
})

test('requests of the first version are kept, and one that serves no goal is possible afterwards', async () => {
  const database = new Sqlite(':memory:')
  database.pragma('foreign_keys = ON')
  await migrate(database, NOON, MIGRATIONS.slice(0, 1))
  database.exec(`INSERT INTO goal VALUES (1, 'g', 'breach', 'b', 'flat-account', '{}', 1, 2, 'pursued', NULL);
    INSERT INTO command VALUES (1, 'c', 'g', 'cancel-order', '{}', 1, 'sending', 1, NULL, 1.5, NULL, NULL);
    INSERT INTO position_cycle VALUES (1, 'p', 'MNQ', 'long', 1, NULL, 1, 2, 0, 0, 1, 1)`)
  await migrate(database, NOON)
  const command = database.prepare<[], Record<string, unknown>>('SELECT * FROM command')
  expect(command.all()).toMatchObject([{ id: 'c', goal_id: 'g', kind: 'cancel-order', latency_ms: 1.5, reason: null }])
  const cycle = database.prepare('SELECT break_even_done, trail_extreme, placements FROM position_cycle')
  expect(cycle.all()).toEqual([{ break_even_done: null, trail_extreme: null, placements: 0 }])
  const insert = database.prepare<[string | null]>(
    `INSERT INTO command VALUES (1, 'd', ?, 'place-order', '{}', 1, 'sending', 1, NULL, NULL, NULL, NULL, NULL)`,
  )
  expect(() => insert.run('no goal of that name')).toThrow('FOREIGN KEY')
  insert.run(null)
  expect(command.all()).toHaveLength(2)
})

test('killed at any statement, a migration is done or undone, and the next start ends it (D-16)', async () => {
  using folder = new DataFolder()
  // What stands on the disk when the process is killed at one of the statements; most leave it as it was.
  const images = new Map<string, { readonly database: Buffer; readonly log: Buffer }>()
  let statements = 0
  const keep = (): void => {
    const database = readFileSync(folder.database)
    const log = existsSync(`${folder.database}-wal`) ? readFileSync(`${folder.database}-wal`) : Buffer.alloc(0)
    images.set(hash('sha256', Buffer.concat([database, log]), 'hex'), { database, log })
    statements += 1
  }
  openDurably(folder.database).close()
  const killed = new Sqlite(folder.database, { verbose: keep })
  await migrate(killed, NOON)
  killed.close()
  expect(statements).toBeGreaterThan(MIGRATIONS.flatMap((step) => step.statements).length)
  const versions = new Set<unknown>()
  for (const [name, { database, log }] of images) {
    writeFileSync(folder.file(name), database)
    writeFileSync(folder.file(`${name}-wal`), log)
    const found = new Sqlite(folder.file(name))
    const version = Number(found.pragma('user_version', { simple: true }))
    const marks = version === 0 ? 0 : found.prepare('SELECT count(*) FROM schema_migration').pluck().get()
    expect(marks).toBe(version)
    versions.add(version)
    await migrate(found, NOON)
    expect(found.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    found.close()
  }
  expect([...versions]).toEqual(MIGRATIONS.map((_, index) => index))
})

test('the database before a migration is kept aside as it was, with its manifest, and no migration is without it (D-16)', async () => {
  using folder = new DataFolder()
  const database = new Sqlite(folder.database)
  await migrate(database, NOON, MIGRATIONS.slice(0, 5))
  const aside = folder.file('before-migration')
  expect(existsSync(aside)).toBe(false)
  writeFileSync(aside, 'in the way')
  await expect(migrate(database, NOON)).rejects.toMatchObject({ code: 'STORE_UNSAFE' })
  expect(database.pragma('user_version', { simple: true })).toBe(5)
  rmSync(aside)
  await migrate(database, NOON)
  await migrate(database, NOON)
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
  database.close()
  expect(readdirSync(aside).toSorted()).toEqual(['state-2026-03-09T17-00-00Z.db', 'state-2026-03-09T17-00-00Z.db.json'])
  const file = join(aside, 'state-2026-03-09T17-00-00Z.db')
  const manifest = JSON.parse(readFileSync(`${file}.json`, 'utf8'))
  expect(manifest).toMatchObject({ schema: 5, epoch: 0 })
  await verifyBackup({ file, manifest })
})

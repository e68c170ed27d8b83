import { copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { CarefulStore, nextStart } from './careful-store.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, MIDNIGHT, NOON } from './turn-records.ts'

/** What somebody may do to the files of a database that is open. */
const HARMS: Readonly<Record<string, (database: string) => void>> = {
  'is deleted': (database) => rmSync(database),
  'is deleted with its log': (database) => {
    rmSync(database)
    rmSync(`${database}-wal`)
  },
  'is emptied': (database) => truncateSync(database),
  'is emptied with its log': (database) => {
    truncateSync(database)
    truncateSync(`${database}-wal`)
  },
  'loses its log': (database) => rmSync(`${database}-wal`),
  'has its log cut': (database) => truncateSync(`${database}-wal`, 4_096),
  'is replaced by an older one': (database) => {
    copyFileSync(`${database}.older`, `${database}.new`)
    renameSync(`${database}.new`, database)
  },
}

describe('a database that while the daemon runs', () => {
  test.each(Object.keys(HARMS))('%s is made anew with all that was committed (D-09)', async (harm) => {
    using folder = new DataFolder()
    const journal = folder.file('emergency.jsonl')
    {
      using careful = await CarefulStore.open(folder.database, journal)
      careful.store.commit([aBreachTurn('older')])
    }
    copyFileSync(folder.database, `${folder.database}.older`)
    {
      using careful = await CarefulStore.open(folder.database, journal)
      const { store } = careful
      for (let key = 0; key < 40; key += 1) store.commit([aBreachTurn(key)])
      store.checkpoint()
      store.commit([aBreachTurn('last')])
      HARMS[harm]?.(folder.database)
      await careful.tend()
      expect(careful.told()).toEqual(['+database-lost', '-database-lost'])
      store.commit([aBreachTurn('after')])
      await careful.tend()
      expect(careful.told()).toHaveLength(2)
      expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 43 * 5 })
      // What a kill would leave behind now.
      copyFileSync(folder.database, folder.file('killed.db'))
      copyFileSync(`${folder.database}-wal`, folder.file('killed.db-wal'))
    }
    for (const file of [folder.file('killed.db'), folder.database]) {
      using store = await nextStart(file, journal)
      expect(store.recovery).toEqual([])
      expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toHaveLength(43)
    }
  })

  test('is deleted a moment before the end is made anew by the stop (D-09)', async () => {
    using folder = new DataFolder()
    {
      using careful = await CarefulStore.open(folder.database, folder.file('emergency.jsonl'))
      careful.store.commit([aBreachTurn(1)])
      rmSync(folder.database)
    }
    using store = await folder.open()
    expect(store.recovery).toEqual([])
    expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toHaveLength(1)
  })

  test('is spoilt beyond what memory has keeps the turns aside, for the start that restores it (D-09)', async () => {
    using folder = new DataFolder()
    const journal = folder.file('emergency.jsonl')
    {
      using careful = await CarefulStore.open(folder.database, journal)
      const { store, database } = careful
      for (let key = 0; key < 20; key += 1) store.commit([aBreachTurn(key)])
      store.checkpoint()
      database.pragma('shrink_memory')
      truncateSync(folder.database)
      await careful.tend()
      expect(careful.told()).toEqual(['+database-lost', '+kept-aside'])
      store.commit([aBreachTurn('aside')])
      await careful.tend()
      expect(careful.told()).toEqual(['+database-lost', '+kept-aside'])
    }
    using store = await nextStart(folder.database, journal)
    const { lockouts } = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
    expect(lockouts.map(({ id }) => id)).toContain('lockout-aside')
  })
})

test('a second connection is refused while the store is open, for reading and for writing (D-13)', async () => {
  using folder = new DataFolder()
  using careful = await CarefulStore.open(folder.database, folder.file('emergency.jsonl'))
  careful.store.commit([aBreachTurn(1)])
  for (const readonly of [true, false]) {
    const shell = new Sqlite(folder.database, { readonly, timeout: 0 })
    expect(() => shell.prepare('SELECT count(*) FROM lockout').get()).toThrow('database is locked')
    expect(() => shell.exec('DELETE FROM goal')).toThrow('database is locked')
    shell.close()
  }
  expect(careful.store.verifyAudit()).toMatchObject({ ok: true, rows: 5 })
})

test('a log longer than 64 MiB is told of, and cut back when a checkpoint has emptied it (D-14)', async () => {
  using folder = new DataFolder()
  using careful = await CarefulStore.open(folder.database, folder.file('emergency.jsonl'))
  const { store } = careful
  const payload = 'x'.repeat(17 * 1024 * 1024)
  for (let count = 0; count < 4; count += 1) store.quarantine('user', payload, 'large', NOON)
  await careful.tend()
  expect(careful.alarms).toMatchObject([{ code: 'log-long', isOver: false, text: expect.stringContaining('6') }])
  store.checkpoint()
  store.commit([aBreachTurn(1)])
  await careful.tend()
  expect(careful.told()).toEqual(['+log-long', '-log-long'])
})

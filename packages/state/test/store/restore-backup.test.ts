import { instant } from '@rm/domain'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { verifyBackup } from '../../src/store/backup.ts'
import { backUpStopped } from '../../src/store/backup-stopped.ts'
import { holdCopy } from '../../src/store/held-copy.ts'
import { type Backup, listBackups } from '../../src/store/backup-files.ts'
import { writeDurably } from '../../src/store/durable-file.ts'
import { snapshotText } from '../../src/store/lock-snapshot.ts'
import { lockSnapshotFile } from '../../src/store/recover-database.ts'
import { restoreBackup } from '../../src/store/restore-backup.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, NOON } from './turn-records.ts'

/** A store with a lockout that its backup does not have. */
async function lockedSince(folder: DataFolder): Promise<Backup> {
  using store = await folder.open()
  const backup = await store.backup(NOON, holdCopy)
  store.commit([aBreachTurn(1)])
  return backup
}

test('restoring an older backup by hand unlocks nobody', async () => {
  using folder = new DataFolder()
  const aside = await restoreBackup(folder.database, await lockedSince(folder), NOON)
  expect(aside === null ? false : existsSync(aside)).toBe(true)
  using store = await folder.open()
  expect(store.loadAccount(TEST_ACCOUNT, instant(0)).lockouts).toHaveLength(1)
  expect(store.recovery.join()).toContain('1 lockout set or extended')
})

test('nor does restoring over an older database that somebody put there first', async () => {
  using folder = new DataFolder()
  const backup = await lockedSince(folder)
  {
    using store = await folder.open()
    await writeDurably(lockSnapshotFile(folder.path), snapshotText(store.lockSnapshot(NOON)))
  }
  copyFileSync(backup.file, folder.database)
  await restoreBackup(folder.database, backup, NOON)
  using store = await folder.open()
  expect(store.loadAccount(TEST_ACCOUNT, instant(0)).lockouts).toHaveLength(1)
})

test('while a daemon runs on the store nothing is restored', async () => {
  using folder = new DataFolder()
  const backup = await lockedSince(folder)
  using store = await folder.open()
  await expect(restoreBackup(folder.database, backup, NOON)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
  expect(store.verifyAudit()).toMatchObject({ ok: true })
})

test('a backup that is damaged is refused, and the database stays', async () => {
  using folder = new DataFolder()
  const { file, manifest } = await lockedSince(folder)
  writeFileSync(file, readFileSync(file).fill(1, 4_096, 4_200))
  const before = readFileSync(folder.database)
  await expect(restoreBackup(folder.database, { file, manifest }, NOON)).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
  })
  expect(readFileSync(folder.database)).toEqual(before)
})

test('into an empty folder', async () => {
  using folder = new DataFolder()
  const backup = await lockedSince(folder)
  rmSync(folder.database)
  expect(await restoreBackup(folder.database, backup, NOON)).toBeNull()
  expect(listBackups(folder.path)).toHaveLength(1)
  using store = await folder.open()
  expect(store.recovery).toEqual([])
})

describe('a backup of a store that is stopped', () => {
  test('is one that can be restored, and changes nothing of the store', async () => {
    using folder = new DataFolder()
    {
      using store = await folder.open()
      store.commit([aBreachTurn(1)])
    }
    const before = readFileSync(folder.database)
    const backup = await backUpStopped(folder.database, NOON)
    await verifyBackup(backup)
    expect(listBackups(folder.path)).toEqual([backup])
    expect(backup.manifest).toMatchObject({ epoch: 1, at: NOON })
    expect(readFileSync(folder.database)).toEqual(before)
  })

  test('cannot be made of one that is in use or is not there, nor where nobody may write (D-05)', async () => {
    using folder = new DataFolder()
    await expect(backUpStopped(folder.database, NOON)).rejects.toMatchObject({ code: 'STORE_UNSAFE' })
    {
      using store = await folder.open()
      store.commit([aBreachTurn(1)])
    }
    writeFileSync(folder.file('backups'), 'in the way')
    await expect(backUpStopped(folder.database, NOON)).rejects.toThrow('could not be written')
    expect(existsSync(folder.database)).toBe(true)
  })
})

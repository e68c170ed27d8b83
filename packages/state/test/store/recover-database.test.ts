import { type Instant, instant } from '@rm/domain'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyBackup } from '../../src/store/backup.ts'
import { type Backup, listBackups, surplusBackups } from '../../src/store/backup-files.ts'
import { writeDurably } from '../../src/store/durable-file.ts'
import { type HoldCopy, holdCopy } from '../../src/store/held-copy.ts'
import { snapshotOf, snapshotText } from '../../src/store/lock-snapshot.ts'
import { openStore } from '../../src/store/open-store.ts'
import { lockSnapshotFile } from '../../src/store/recover-database.ts'
import type { Store } from '../../src/store/store.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aLockout, aTurn, NOON } from './turn-records.ts'

async function keepLocks(store: Store, folder: string): Promise<void> {
  await writeDurably(lockSnapshotFile(folder), snapshotText(store.lockSnapshot(NOON)))
}

function locksOf(store: Store): readonly { id: string; end: unknown }[] {
  return store.loadAccount(TEST_ACCOUNT, NOON).lockouts.map(({ id, end }) => ({ id, end }))
}

/** As the engine makes ids: account, run, number. */
function idOf(store: Store): string {
  return `l-7001001-${store.epoch}-1`
}

/** A day with lockouts, a backup in its middle and a snapshot at its end. */
async function aDayIn(folder: DataFolder): Promise<ReturnType<typeof locksOf>> {
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  await store.backup(NOON, holdCopy)
  store.commit([aBreachTurn(2)])
  await keepLocks(store, folder.path)
  return locksOf(store)
}

describe('a start on a data folder', () => {
  test.each<[what: string, spoil: (folder: DataFolder) => void]>([
    ['whose database was deleted (D-09)', (folder) => rmSync(folder.database)],
    ['whose database was emptied (D-09)', (folder) => truncateSync(folder.database)],
    ['whose database is noise (D-08)', (folder) => writeFileSync(folder.database, Buffer.alloc(65_536, 7))],
    [
      'whose database is the backup of an earlier moment, put back by hand (D-11)',
      (folder) => copyFileSync(listBackups(folder.path)[0]?.file ?? '', folder.database),
    ],
  ])('%s knows every lockout, and tells what it did', async (_what, spoil) => {
    using folder = new DataFolder()
    const locks = await aDayIn(folder)
    expect(locks).toHaveLength(2)
    spoil(folder)
    using store = await folder.open()
    expect(locksOf(store)).toEqual(locks)
    expect(store.recovery.length).toBeGreaterThan(0)
    expect(store.verifyAudit()).toMatchObject({ ok: true })
  })

  test('of another trail, as a forger would make it, takes the lockouts over all the same (X-02)', async () => {
    using folder = new DataFolder()
    using forged = new DataFolder()
    const locks = await aDayIn(folder)
    {
      using store = await forged.open()
      store.audit(
        Array.from({ length: 50 }, (_, index) => ({
          actor: 'admin',
          action: 'noise',
          subject: `${index}`,
          detail: {},
        })),
        NOON,
      )
    }
    copyFileSync(forged.database, folder.database)
    using store = await folder.open()
    expect(locksOf(store)).toEqual(locks)
  })

  test('that lost a log with commits which a snapshot knows merges them (D-10)', async () => {
    using folder = new DataFolder()
    const store = await folder.open()
    store.commit([aBreachTurn(1)])
    store.checkpoint()
    store.commit([aBreachTurn(2)])
    await keepLocks(store, folder.path)
    const locks = locksOf(store)
    using copy = new DataFolder()
    copyFileSync(folder.database, copy.database)
    copyFileSync(lockSnapshotFile(folder.path), lockSnapshotFile(copy.path))
    store.close()
    using later = await copy.open()
    expect(locksOf(later)).toEqual(locks)
    expect(later.recovery.join()).toContain('1 lockout set or extended')
  })

  test('that was deleted as a whole finds its lockouts in the second folder', async () => {
    using folder = new DataFolder()
    using second = new DataFolder()
    let locks: ReturnType<typeof locksOf>
    {
      using store = await folder.open()
      store.commit([aBreachTurn(1)])
      await keepLocks(store, second.path)
      locks = locksOf(store)
    }
    rmSync(folder.path, { recursive: true })
    using store = await openStore({
      path: folder.database,
      secondFolder: second.path,
      now: () => NOON,
      program: { version: '0.1.0' },
    })
    expect(locksOf(store)).toEqual(locks)
  })

  test('as it was left needs no repair, and a lockout that ended stays ended', async () => {
    using folder = new DataFolder()
    {
      using store = await folder.open()
      store.commit([aBreachTurn(1)])
      await keepLocks(store, folder.path)
      const [lockout] = store.loadAccount(TEST_ACCOUNT, NOON).lockouts
      const ended = { id: lockout?.id ?? '', cause: 'time' as const, at: NOON }
      const audit = [{ actor: 'daemon', action: 'lockout-ended', subject: ended.id, detail: {} }] as const
      store.commit([aTurn({ endedLockouts: [ended], audit })])
    }
    using store = await folder.open()
    expect(store.recovery).toEqual([])
    expect(locksOf(store)).toEqual([])
  })

  test('whose lockout was ended by an edit of the file, without an audit record, has it again (X-02)', async () => {
    using folder = new DataFolder()
    const locks = await aDayIn(folder)
    folder.tamper((database) => database.exec("UPDATE lockout SET ended_at = 1, end_cause = 'time'"))
    using store = await folder.open()
    expect(locksOf(store)).toEqual(locks)
    expect(store.recovery.join()).toContain('ended without an audit record')
  })

  test('restored from a backup is a run of its own: its lockouts take the place of none that was merged', async () => {
    using folder = new DataFolder()
    {
      using store = await folder.open()
      await store.backup(NOON, holdCopy)
    }
    {
      using store = await folder.open()
      store.commit([aTurn({ lockouts: [aLockout(idOf(store))], audit: aBreachTurn(1).audit })])
      await keepLocks(store, folder.path)
    }
    rmSync(folder.database)
    using store = await folder.open()
    expect(store.epoch).toBe(3)
    store.commit([aTurn({ lockouts: [aLockout(idOf(store), { rule: 'RULE-006' })] })])
    expect(locksOf(store).map(({ id }) => id)).toEqual(['l-7001001-2-1', 'l-7001001-3-1'])
  })

  test('with a row that a flipped bit made unreadable restores it: pages have no checksum (D-08)', async () => {
    using folder = new DataFolder()
    const locks = await aDayIn(folder)
    folder.tamper((database) => database.exec("UPDATE lockout SET effect = 'flaa' WHERE id = 'lockout-2'"))
    using store = await folder.open()
    expect(locksOf(store)).toEqual(locks)
    expect(store.recovery.join()).toContain('a row of table lockout cannot be read')
  })

  test.each<[what: string, spoil: (file: string) => void]>([
    [
      'is not as it was written',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('RULE-003', 'RULE-004')),
    ],
    [
      'cannot be read',
      (file) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
  ])('whose lock snapshot %s starts, and tells', async (what, spoil) => {
    using folder = new DataFolder()
    const locks = await aDayIn(folder)
    spoil(lockSnapshotFile(folder.path))
    using store = await folder.open()
    expect(locksOf(store)).toEqual(locks)
    expect(store.recovery.join()).toContain(what)
  })

  test('that is new needs no repair', async () => {
    using folder = new DataFolder()
    using store = await folder.open()
    expect(store.recovery).toEqual([])
  })
})

/** A copy that turns out to be none. */
const holdDamaged: HoldCopy = async (file) => ({
  ...(await holdCopy(file)),
  finish: () => Promise.reject(new Error('damaged')),
})

describe('backups', () => {
  test('one that rots is told, and the one before is taken (D-21)', async () => {
    using folder = new DataFolder()
    {
      using store = await folder.open()
      store.commit([aBreachTurn(1)])
      await store.backup(NOON, holdCopy)
      store.commit([aBreachTurn(2)])
      const later = await store.backup(instant(NOON + 60_000), holdCopy)
      const { file } = later
      const bytes = readFileSync(file)
      bytes[5_000] = (bytes[5_000] ?? 0) ^ 1
      writeFileSync(file, bytes)
      await expect(verifyBackup(later)).rejects.toThrow('hash')
    }
    rmSync(folder.database)
    using store = await folder.open()
    expect(locksOf(store)).toHaveLength(1)
    expect(store.recovery.join('\n')).toMatch(/cannot be used[\s\S]*2026-03-09T17:00:00.000Z was restored/)
  })

  test('what a kill in the middle of one leaves is none (D-19)', async () => {
    using folder = new DataFolder()
    {
      using store = await folder.open()
      await store.backup(NOON, holdCopy)
    }
    const backups = join(folder.path, 'backups')
    for (const end of ['', '-wal', '-shm']) writeFileSync(join(backups, `.state.db.part${end}`), 'half')
    writeFileSync(join(backups, 'state-2026-03-09T17-05-00Z.db'), 'without its manifest')
    expect(listBackups(folder.path).map(({ manifest }) => manifest.at)).toEqual([NOON])
    using store = await folder.open()
    const next = await store.backup(instant(NOON + 600_000), holdCopy)
    await verifyBackup(next)
    expect(readdirSync(backups).filter((name) => !name.startsWith('state-'))).toEqual([])
  })

  test('one that cannot be checked is not kept', async () => {
    using folder = new DataFolder()
    using store = await folder.open()
    await expect(store.backup(NOON, holdDamaged)).rejects.toThrow('damaged')
    expect(readdirSync(join(folder.path, 'backups'))).toEqual([])
  })

  test('a restored copy has the same lockouts and trades, and its own trail goes on (D-20)', async ({ task }) => {
    using folder = new DataFolder()
    using elsewhere = new DataFolder()
    using store = await folder.open()
    store.commit([aBreachTurn(1), aBreachTurn(2)])
    const begun = performance.now()
    await store.backup(NOON, holdCopy)
    mkdirSync(join(elsewhere.path, 'backups'))
    for (const name of readdirSync(join(folder.path, 'backups'))) {
      copyFileSync(join(folder.path, 'backups', name), join(elsewhere.path, 'backups', name))
    }
    using restored = await elsewhere.open()
    Object.assign(task.meta, { measuredMs: performance.now() - begun })
    expect(restored.loadAccount(TEST_ACCOUNT, instant(0))).toEqual(store.loadAccount(TEST_ACCOUNT, instant(0)))
    expect(restored.verifyAudit()).toMatchObject({ ok: true })
  })

  test('the newest twelve, one of each hour and one of each day are kept', () => {
    const everyFiveMinutes = Array.from({ length: 12 * 24 * 3 }, (_, index) => aBackup(instant(NOON - index * 300_000)))
    const surplus = new Set(surplusBackups(everyFiveMinutes, { recent: 12, hourly: 24, daily: 7 }))
    const kept = everyFiveMinutes.filter((backup) => !surplus.has(backup))
    expect(kept.slice(0, 12)).toEqual(everyFiveMinutes.slice(0, 12))
    expect(kept.length).toBeGreaterThanOrEqual(12 + 22 + 2)
    expect(kept.length).toBeLessThanOrEqual(12 + 24 + 4)
    expect(kept.at(-1)?.manifest.at).toBeLessThan(NOON - 2 * 86_400_000 + 43_200_000)
  })
})

test('a snapshot that was spoilt is none', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  const text = snapshotText(store.lockSnapshot(NOON))
  expect(snapshotOf(text)?.tables.lockout).toHaveLength(1)
  expect(snapshotOf(text.replace('RULE-003', 'RULE-004'))).toBeNull()
  expect(snapshotOf(text.slice(0, -20))).toBeNull()
  expect(existsSync(lockSnapshotFile(folder.path))).toBe(false)
})

function aBackup(at: Instant): Backup {
  const manifest = { format: 1, at, epoch: 1, schema: 4, bytes: 1, sha256: '', head: { seq: 0, hash: '' } } as const
  return { file: `${at}`, manifest }
}

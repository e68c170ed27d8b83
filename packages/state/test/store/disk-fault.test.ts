import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { NO_SMALL_DISK, SmallDisk } from '@rm/package-config/small-disk'
import { describe, expect, test } from 'vitest'
import { holdCopy } from '../../src/store/held-copy.ts'
import { listBackups } from '../../src/store/backup-files.ts'
import { readEmergencyJournal } from '../../src/store/emergency-journal.ts'
import type { Store } from '../../src/store/store.ts'
import { CarefulStore, nextStart } from './careful-store.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aLockout, aTurn, MIDNIGHT, NOON } from './turn-records.ts'

/** What the disk may say of a commit, and how it is brought to say so. */
const REFUSALS = {
  'is full (D-05)': ['PRAGMA max_page_count = 1', 'PRAGMA max_page_count = 1000000'],
  'is read-only (D-07)': ['PRAGMA query_only = ON', 'PRAGMA query_only = OFF'],
} as const

describe('a database whose disk', () => {
  test.each(Object.keys(REFUSALS) as (keyof typeof REFUSALS)[])(
    '%s: turns are kept in the emergency journal, in order, and taken over when it heals',
    async (refusal) => {
      using folder = new DataFolder()
      const file = folder.file('emergency.jsonl')
      using careful = await CarefulStore.open(folder.database, file)
      const { store, database } = careful
      const [begin, end] = REFUSALS[refusal]
      store.commit([aBreachTurn('before')])
      database.exec(begin)
      const large = { raw: 'x'.repeat(100_000), reason: 'too large for the pages that are left' }
      store.quarantine('user', large.raw, large.reason, NOON)
      expect(careful.told()).toEqual(['+kept-aside'])
      store.commit([aBreachTurn('during')])
      store.commit([aTurn({ endedLockouts: [{ id: 'lockout-during', at: NOON, cause: 'end' }] })])
      store.saveSettingsInForce(TEST_ACCOUNT, [{ limit: -500 }], NOON)
      expect(lockouts(store)).toEqual(['lockout-before'])
      expect(readEmergencyJournal(file)).toMatchObject({ entries: { length: 4 }, isTorn: false })
      await careful.tend()
      expect(careful.told()).toEqual(['+kept-aside'])

      database.exec(end)
      await careful.tend()
      expect(careful.told()).toEqual(['+kept-aside', '-kept-aside'])
      expect(lockouts(store)).toEqual(['lockout-before'])
      expect(store.settingsInForce(TEST_ACCOUNT)).toEqual([{ limit: -500 }])
      expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).goals.map(({ id }) => id)).toEqual([
        'goal-before',
        'goal-during',
      ])
      expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 11 })
      expect(readFileSync(file, 'utf8')).toBe('')
    },
  )

  test('refuses, and the journal with it: the turn is thrown, what nobody waits for is held (D-07)', async () => {
    using folder = new DataFolder()
    writeFileSync(folder.file('no-folder'), '')
    using careful = await CarefulStore.open(folder.database, folder.file('no-folder/emergency.jsonl'))
    const { store, database } = careful
    database.exec('PRAGMA query_only = ON')
    expect(() => store.commit([aBreachTurn(1)])).toThrow(expect.objectContaining({ code: 'STORE_UNWRITABLE' }))
    store.saveSettingsInForce(TEST_ACCOUNT, [{ limit: -500 }], NOON)
    database.exec('PRAGMA query_only = OFF')
    await careful.tend()
    expect(lockouts(store)).toEqual([])
    expect(store.settingsInForce(TEST_ACCOUNT)).toEqual([{ limit: -500 }])
  })

  test('was slow once is left alone until it is well: the next turns go to the journal (D-15)', async () => {
    using folder = new DataFolder()
    const file = folder.file('emergency.jsonl')
    using careful = await CarefulStore.open(folder.database, file)
    const { store, database } = careful
    let stallMs = 2_000
    database.function('stall', () => {
      careful.elapsedMs += stallMs
      return null
    })
    database.exec('CREATE TEMP TRIGGER slow AFTER UPDATE ON main.audit_head BEGIN SELECT stall(); END')
    store.commit([aBreachTurn('slow')])
    expect(careful.alarms).toMatchObject([{ code: 'kept-aside', text: expect.stringContaining('took 2000 ms') }])
    store.commit([aBreachTurn('next')])
    expect(lockouts(store)).toEqual(['lockout-slow'])
    // What waits is written, and the disk is still slow.
    await careful.tend()
    expect(lockouts(store)).toEqual(['lockout-next', 'lockout-slow'])
    expect(careful.told()).toEqual(['+kept-aside'])
    stallMs = 1
    await careful.tend()
    expect(careful.told()).toEqual(['+kept-aside', '-kept-aside'])
    store.commit([aBreachTurn('well')])
    expect(readFileSync(file, 'utf8')).toBe('')
    expect(store.verifyAudit()).toMatchObject({ ok: true })
  })

  test('takes no write because the write is wrong: that is thrown and not kept aside', async () => {
    using folder = new DataFolder()
    using careful = await CarefulStore.open(folder.database, folder.file('emergency.jsonl'))
    const { commands } = aBreachTurn(1)
    expect(() => careful.store.commit([aTurn({ commands })])).toThrow('FOREIGN KEY')
    expect(careful.told()).toEqual([])
    expect(existsSync(folder.file('emergency.jsonl'))).toBe(false)
  })
})

describe('an emergency journal that a killed run left behind', () => {
  test('is taken over by the next start before anything else, and only once (D-07)', async () => {
    using folder = new DataFolder()
    const file = await leaveBehind(folder)
    copyFileSync(file, `${file}.copy`)
    {
      using store = await nextStart(folder.database, file)
      expect(store.recovery).toEqual([`2 writes that an earlier run kept in ${file} were taken over`])
      expect(lockouts(store)).toEqual(['lockout-1', 'lockout-2'])
      expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 11 })
    }
    // As if the process had been killed between the commit and the emptying.
    copyFileSync(`${file}.copy`, file)
    using store = await nextStart(folder.database, file)
    expect(store.recovery).toEqual([])
    expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 11 })
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  test.each([
    ['cut in the middle of its last line', (file: string) => truncateSync(file, readFileSync(file).length - 40)],
    ['with half a line behind the others', (file: string) => appendFileSync(file, '{"sha256":"00')],
    ['with a line that somebody wrote', (file: string) => appendFileSync(file, '{"sha256":"00","entry":{}}\n')],
  ])('%s gives what is whole, is kept and told of (D-07)', async (_name, harm) => {
    using folder = new DataFolder()
    const file = await leaveBehind(folder)
    harm(file)
    using store = await nextStart(folder.database, file)
    expect(lockouts(store)[0]).toBe('lockout-1')
    expect(store.recovery.at(-1)).toContain('is not whole; the file was kept')
    expect(readdirSync(folder.path).filter((name) => name.startsWith('emergency.jsonl.'))).toHaveLength(1)
  })

  test('locks although the database that it belongs to is gone (D-07, D-09)', async () => {
    using folder = new DataFolder()
    const file = await leaveBehind(folder)
    using another = new DataFolder()
    using store = await nextStart(another.database, file)
    expect(lockouts(store)).toEqual(['lockout-1', 'lockout-2'])
    expect(store.epoch).toBe(2)
  })

  test('with a request whose goal is unknown locks all the same, and is kept', async () => {
    using folder = new DataFolder()
    const file = folder.file('emergency.jsonl')
    {
      using careful = await CarefulStore.open(folder.database, file)
      careful.database.exec('PRAGMA query_only = ON')
      const { commands } = aBreachTurn(1)
      careful.store.commit([aTurn({ commands, lockouts: [aLockout('lockout-1')] })])
    }
    using store = await nextStart(folder.database, file)
    expect(lockouts(store)).toEqual(['lockout-1'])
    expect(store.recovery.at(-1)).toContain('FOREIGN KEY')
  })
})

describe('a disk without a free page', { skip: NO_SMALL_DISK !== null }, () => {
  test('gives up the ballast for a commit, and the journal takes what finds no room then (D-05)', async () => {
    using disk = new SmallDisk(48)
    using folder = new DataFolder()
    using careful = await CarefulStore.open(join(disk.path, 'state.db'), folder.file('emergency.jsonl'))
    const { store } = careful
    await careful.tend()
    expect(readdirSync(disk.path)).toContain('ballast')
    disk.fill()
    let key = 0
    const commitUntil = (alarm: string): void => {
      while (!careful.told().includes(alarm)) store.commit([aBreachTurn((key += 1))])
    }
    commitUntil('+disk-full')
    expect(readdirSync(disk.path)).not.toContain('ballast')
    expect(lockouts(store)).toHaveLength(key)
    disk.fill()
    commitUntil('+kept-aside')
    expect(lockouts(store)).toHaveLength(key - 1)
    await careful.tend()
    expect(lockouts(store)).toHaveLength(key - 1)

    disk.clear()
    await careful.tend()
    expect(lockouts(store)).toHaveLength(key)
    expect(careful.told()).toEqual(['+disk-full', '+kept-aside', '-kept-aside', '-disk-full'])
    expect(store.verifyAudit()).toMatchObject({ ok: true })
  })

  test('neither harms the database by a checkpoint nor by a backup: both are told and tried again (D-06)', async () => {
    using disk = new SmallDisk(16)
    using folder = new DataFolder()
    using careful = await CarefulStore.open(join(disk.path, 'state.db'), folder.file('emergency.jsonl'))
    const { store } = careful
    for (let key = 0; key < 30; key += 1) store.commit([aBreachTurn(key)])
    disk.fill()
    store.checkpoint()
    await expect(store.backup(NOON, holdCopy)).rejects.toThrow('full')
    expect(listBackups(disk.path)).toEqual([])
    expect(careful.told()).toEqual(['+checkpoint-failed'])
    expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 150 })
    disk.clear()
    store.checkpoint()
    expect(careful.told()).toEqual(['+checkpoint-failed', '-checkpoint-failed'])
    await store.backup(NOON, holdCopy)
    expect(listBackups(disk.path)).toHaveLength(1)
  })

  test('is started on from the ballast; without one the start says why not (D-05)', async () => {
    using disk = new SmallDisk(48)
    using folder = new DataFolder()
    const file = join(disk.path, 'state.db')
    const journal = folder.file('emergency.jsonl')
    {
      using careful = await CarefulStore.open(file, journal)
      careful.store.commit([aBreachTurn(1)])
      await careful.tend()
    }
    disk.fill()
    {
      using store = await nextStart(file, journal)
      expect(store.recovery).toEqual([`the disk of ${file} is full; the ballast was given up`])
      expect(lockouts(store)).toEqual(['lockout-1'])
    }
    disk.fill()
    await expect(nextStart(file, journal)).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: `the disk of ${file} is full, and there is no ballast to give up`,
    })
    disk.clear()
    using store = await nextStart(file, journal)
    expect(lockouts(store)).toEqual(['lockout-1'])
  })
})

/** A run that kept two breaches aside and was killed. */
async function leaveBehind(folder: DataFolder): Promise<string> {
  const file = folder.file('emergency.jsonl')
  using careful = await CarefulStore.open(folder.database, file)
  careful.database.exec('PRAGMA query_only = ON')
  careful.store.commit([aBreachTurn(1), aBreachTurn(2)])
  return file
}

function lockouts(store: Store): readonly string[] {
  return store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts.map(({ id }) => id)
}

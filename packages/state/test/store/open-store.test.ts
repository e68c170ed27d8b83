import { instant } from '@rm/domain'
import { anAccount, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import Sqlite from 'better-sqlite3'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isNetworkFilesystem } from '../../src/store/data-file.ts'
import { applySettings } from '../../src/store/durable-database.ts'
import { openStore } from '../../src/store/open-store.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, MIDNIGHT, NOON } from './turn-records.ts'

test('every start is a run with the next epoch, and only a stop on purpose marks its end', async () => {
  using folder = new DataFolder()
  for (const epoch of [1, 2, 3]) {
    using store = await folder.open()
    expect(store.epoch).toBe(epoch)
    store.recordCheckpoint('config-loaded', NOON, '6 rules')
    if (epoch === 2) store.endRun(0, instant(NOON + 5))
  }
  folder.tamper((database) => {
    expect(database.prepare('SELECT epoch, version, started_at, ended_at, exit_code FROM run').raw().all()).toEqual([
      [1, '0.1.0', NOON, null, null],
      [2, '0.1.0', NOON, NOON + 5, 0],
      [3, '0.1.0', NOON, null, null],
    ])
    expect(database.prepare('SELECT epoch, id, at, detail FROM checkpoint').raw().all()).toEqual(
      [1, 2, 3].map((epoch) => [epoch, 'config-loaded', NOON, '6 rules']),
    )
  })
})

test('what is known beside the turns is kept: accounts, configurations, payloads that do not fit', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    const version = { hash: 'abc', files: { 'risk_config.yaml': 'd1' }, effective: { rules: { max_contracts: 5 } } }
    store.saveAccounts(
      [anAccount(), anAccount({ id: TEST_ACCOUNT, canTrade: false, balance: null, simulated: null })],
      NOON,
    )
    store.saveConfigVersion(version, NOON)
    store.saveConfigVersion(version, instant(NOON + 1))
    store.quarantine('user-hub', '{"price":"?"}', 'price is not a number', NOON)
    store.saveContracts([contracts.ZF], NOON)
  }
  folder.tamper((database) => {
    expect(database.prepare('SELECT * FROM account').all()).toEqual([
      { id: TEST_ACCOUNT, name: 'PRAC-V2-1', balance: null, can_trade: 0, simulated: null, visible: 1, seen_at: NOON },
    ])
    expect(database.prepare('SELECT * FROM config_version').all()).toEqual([
      {
        hash: 'abc',
        files: '{"risk_config.yaml":"d1"}',
        effective: '{"rules":{"max_contracts":5}}',
        loaded_at: NOON + 1,
      },
    ])
    expect(database.prepare('SELECT surface, raw, reason, at FROM quarantine').raw().all()).toEqual([
      ['user-hub', '{"price":"?"}', 'price is not a number', NOON],
    ])
    expect(database.prepare('SELECT tick_size, tick_value FROM contract').raw().all()).toEqual([['0.0078125', 78_125]])
  })
})

test('a close leaves one file, and a second close does nothing', async () => {
  using folder = new DataFolder()
  const store = await folder.open()
  store.commit([aBreachTurn(1)])
  expect(readdirSync(folder.path).length).toBeGreaterThan(1)
  store.close()
  store.close()
  expect(readdirSync(folder.path)).toEqual(['risk_manager.db'])
  using again = await folder.open()
  expect(again.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toHaveLength(1)
})

test('a passive checkpoint brings commits into the database file and the log begins again', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const before = statSync(folder.database).size
  for (let key = 0; key < 60; key += 1) {
    store.commit([aBreachTurn(key)])
    if (key % 10 === 9) store.checkpoint()
  }
  expect(statSync(folder.database).size).toBeGreaterThan(before)
  expect(statSync(`${folder.database}-wal`).size).toBe(2 * 1024 * 1024)
})

test('commits alone never move the log into the database file', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const { mtimeNs } = statSync(folder.database, { bigint: true })
  for (let key = 0; key < 300; key += 1) store.commit([aBreachTurn(key)])
  expect(statSync(folder.database, { bigint: true }).mtimeNs).toBe(mtimeNs)
})

test('a data folder is made when it is missing, for this user alone', async () => {
  using folder = new DataFolder()
  const path = join(folder.path, 'new', 'data', 'risk_manager.db')
  using store = await openStore({ path, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } })
  expect(store.epoch).toBe(1)
  if (process.platform !== 'win32') expect(statSync(join(folder.path, 'new', 'data')).mode & 0o777).toBe(0o700)
})

test('the owner of an open store is named beside it and gone after the close', async () => {
  using folder = new DataFolder()
  const store = await folder.open()
  expect(JSON.parse(readFileSync(`${folder.database}.owner`, 'utf8'))).toMatchObject({
    pid: process.pid,
    startedAt: NOON,
  })
  store.close()
  expect(existsSync(`${folder.database}.owner`)).toBe(false)
})

test('a second store on the same file is refused with the name of the first, in this process too', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  await expect(folder.open()).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    message: expect.stringContaining(`process ${process.pid}, started 2026-03-09T17:00:00.000Z`),
  })
  store.commit([aBreachTurn(1)])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 5 })
})

test
  .skipIf(process.platform === 'win32')
  .each(['symbolic.db', 'hard.db', 'risk_manager.db', 'folder.db', 'log-elsewhere.db'])(
  'a database that is not one regular file with one name is refused: %s (D-18)',
  async (name) => {
    using folder = new DataFolder()
    ;(await folder.open()).close()
    symlinkSync(folder.database, folder.file('symbolic.db'))
    linkSync(folder.database, folder.file('hard.db'))
    mkdirSync(folder.file('folder.db'))
    writeFileSync(folder.file('real.log'), '')
    symlinkSync(folder.file('real.log'), folder.file('log-elsewhere.db-wal'))
    await expect(
      openStore({ path: folder.file(name), secondFolder: null, now: () => NOON, program: { version: '0.1.0' } }),
    ).rejects.toMatchObject({ code: 'STORE_UNSAFE' })
  },
)

test.skipIf(process.platform === 'win32')(
  'a folder may have a second name: the store is one and the same',
  async () => {
    using folder = new DataFolder()
    using elsewhere = new DataFolder()
    symlinkSync(folder.path, elsewhere.file('data'))
    const path = join(elsewhere.file('data'), 'risk_manager.db')
    using store = await folder.open()
    await expect(
      openStore({ path, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } }),
    ).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    })
    expect(store.epoch).toBe(1)
  },
)

test('a data folder that cannot be made is refused', async () => {
  using folder = new DataFolder()
  writeFileSync(folder.file('data'), 'a file')
  const path = join(folder.file('data'), 'risk_manager.db')
  await expect(
    openStore({ path, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } }),
  ).rejects.toMatchObject({
    code: 'STORE_UNSAFE',
  })
})

test.each([
  ['NFS', 0x6969, true],
  ['CIFS', 0xff534d42, true],
  ['SMB 2', 0xfe534d42, true],
  ['9P', 0x01021997, true],
  ['ext4', 0xef53, false],
  ['XFS', 0x58465342, false],
  ['btrfs', 0x9123683e, false],
  ['tmpfs', 0x01021994, false],
  ['overlay', 0x794c7630, false],
])('%s as a filesystem of another machine: %s (D-18)', (_name, type, isNetwork) => {
  expect(isNetworkFilesystem(type)).toBe(isNetwork)
})

test('a database that cannot be made durable is refused: one in memory has no write-ahead log (D-04)', () => {
  const database = new Sqlite(':memory:')
  expect(() => applySettings(database)).toThrow(
    expect.objectContaining({ code: 'STORE_UNSAFE', message: expect.stringContaining('journal_mode is memory') }),
  )
})

test('what durability rests on holds after setting (D-04)', () => {
  using folder = new DataFolder()
  const database = new Sqlite(folder.database)
  applySettings(database)
  const settings = ['journal_mode', 'synchronous', 'locking_mode', 'foreign_keys', 'mmap_size', 'wal_autocheckpoint']
  const found = settings.map((pragma) => database.pragma(pragma, { simple: true }))
  database.close()
  expect(found).toEqual(['wal', 2, 'exclusive', 1, 0, 0])
})

test('a file that is no database is set aside and kept, and the start says so', async () => {
  using folder = new DataFolder()
  writeFileSync(folder.database, 'notes '.repeat(2_000))
  using store = await folder.open()
  expect(store.recovery.join('\n')).toMatch(/file is not a database; it was set aside[\s\S]*no backup/)
  expect(readFileSync(folder.setAside(), 'utf8')).toMatch(/^notes/)
})

test('a damaged page is found at the start (D-08)', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    for (let key = 0; key < 50; key += 1) store.commit([aBreachTurn(key)])
  }
  const bytes = readFileSync(folder.database)
  const page = bytes.indexOf('breach-begun')
  bytes.fill(0xff, page - (page % 4096), page - (page % 4096) + 64)
  writeFileSync(folder.database, bytes)
  using store = await folder.open()
  expect(store.recovery[0]).toContain('is damaged')
  expect(readFileSync(folder.setAside())).toEqual(bytes)
})

test('a row that lost the row it refers to is found at the start', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
  }
  folder.tamper((database) => {
    database.pragma('foreign_keys = OFF')
    database.exec('DELETE FROM goal')
  })
  using store = await folder.open()
  expect(store.recovery[0]).toContain('row of table "command"')
})

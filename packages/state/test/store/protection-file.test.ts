import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writeDurably } from '../../src/store/durable-file.ts'
import { EmergencyJournal, readEmergencyJournal } from '../../src/store/emergency-journal.ts'
import { snapshotText } from '../../src/store/lock-snapshot.ts'
import { holdsProtection } from '../../src/store/protection-file.ts'
import { lockSnapshotFile } from '../../src/store/recover-database.ts'
import { turnWrite } from '../../src/store/store-write.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, NOON } from './turn-records.ts'

test('a database is asked for a lockout or goal without being opened for a run (C-01)', async () => {
  using folder = new DataFolder()
  expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(false)
  {
    using store = await folder.open()
    store.audit([{ actor: 'daemon', action: 'started', subject: 'run 1', detail: {} }], NOON)
  }
  expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(false)
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
    // Its holder looks after it.
    expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(false)
  }
  expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(true)
  using next = await folder.open()
  expect(next.epoch).toBe(3)
})

test('a database that cannot be read may hold one (C-01)', () => {
  using folder = new DataFolder()
  writeFileSync(folder.database, 'overwritten '.repeat(1_000))
  expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(true)
})

test('a database that is gone is spoken for by the lock snapshot', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
    await writeDurably(lockSnapshotFile(folder.path), snapshotText(store.lockSnapshot(NOON)))
  }
  rmSync(folder.database)
  expect(holdsProtection(folder.database, [folder.path], folder.file('emergency.jsonl'))).toBe(true)
  expect(holdsProtection(folder.database, [], folder.file('emergency.jsonl'))).toBe(false)
})

test('what waits in an emergency journal may be a lockout', () => {
  using folder = new DataFolder()
  const file = folder.file('emergency.jsonl')
  new EmergencyJournal(file, 1, readEmergencyJournal(file)).append([turnWrite(aBreachTurn(1))])
  expect(holdsProtection(folder.database, [folder.path], file)).toBe(true)
})

import type { AuditEntry } from '@rm/domain'
import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type AuditFault, type AuditVerdict, verifyChain } from '../../src/store/verify-chain.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aTurn, NOON } from './turn-records.ts'

const STARTED: AuditEntry = { actor: 'daemon', action: 'started', subject: 'run-1', detail: { version: '0.1.0' } }

test('the chain goes on over restarts, and an untouched one verifies', async () => {
  using folder = new DataFolder()
  for (const round of [1, 2, 3]) {
    using store = await folder.open()
    store.audit([STARTED], NOON)
    store.commit([aBreachTurn(round)])
    expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 6 * round })
  }
  folder.tamper((database) => {
    expect(database.prepare('SELECT DISTINCT epoch FROM audit ORDER BY seq').pluck().all()).toEqual([1, 2, 3])
  })
})

test('a new store has an empty chain', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  expect(store.verifyAudit()).toEqual({ ok: true, rows: 0, head: '0'.repeat(64) })
  store.audit([], NOON)
  expect(store.verifyAudit()).toMatchObject({ rows: 0 })
})

test('a record is hashed as canonical JSON after the hash before it', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aTurn({ audit: [{ ...STARTED, detail: { z: 1, a: new Map([['b', [true, null]]]) } }] })])
  const text =
    '{"account_id":7001001,"action":"started","actor":"daemon","at":1773075600000,"cause":"trade-reported 3100000044",' +
    '"detail":{"a":{"b":[true,null]},"z":1},"epoch":1,"seq":1,"subject":"run-1"}'
  expect(store.verifyAudit()).toEqual({ ok: true, rows: 1, head: hash('sha256', '0'.repeat(64) + text, 'hex') })
})

test('text that UTF-8 cannot say does not break the chain', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([
    aTurn({ cause: 'half \ud83d', audit: [{ ...STARTED, subject: 'half \udc00', detail: { half: '\ud83d' } }] }),
  ])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 1 })
})

const TRIGGERS_OFF = `DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted; DROP TRIGGER audit_has_no_gap;`

/** Twelve records; `firstBadSeq` is where somebody laid hands on them. */
test.each<[what: string, firstBadSeq: number, kind: AuditFault, reason: RegExp, statements: string]>([
  [
    'a measured value is edited',
    4,
    'edited',
    /content/,
    `UPDATE audit SET detail = replace(detail, '512', '12') WHERE seq = 4`,
  ],
  ['an actor is edited', 7, 'edited', /content/, `UPDATE audit SET actor = 'admin' WHERE seq = 7`],
  ['an account is edited', 2, 'edited', /content/, `UPDATE audit SET account_id = 1 WHERE seq = 2`],
  ['a time is edited', 1, 'edited', /content/, `UPDATE audit SET at = at - 1 WHERE seq = 1`],
  [
    'a hash is edited with its record',
    6,
    'edited',
    /content/,
    `UPDATE audit SET subject = 'x', hash = upper(hash) WHERE seq = 6`,
  ],
  ['a record in the middle is deleted', 5, 'deleted', /missing/, `DELETE FROM audit WHERE seq = 5`],
  ['the first record is deleted', 1, 'deleted', /missing/, `DELETE FROM audit WHERE seq = 1`],
  ['the newest record is deleted', 12, 'truncated', /missing/, `DELETE FROM audit WHERE seq = 12`],
  ['the tail is cut', 9, 'truncated', /missing/, `DELETE FROM audit WHERE seq > 8`],
  ['everything is deleted', 1, 'truncated', /missing/, `DELETE FROM audit`],
  [
    'the gap is closed by renumbering',
    5,
    'deleted',
    /follow/,
    `DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = seq - 1 WHERE seq > 5`,
  ],
  [
    'two records change places',
    3,
    'reordered',
    /follow/,
    `UPDATE audit SET seq = -1 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = -1`,
  ],
  [
    'a copy is appended',
    13,
    'inserted',
    /follow/,
    `INSERT INTO audit SELECT 13, epoch, at, account_id, cause, actor, action, subject, detail, prev_hash, hash FROM audit WHERE seq = 12`,
  ],
  [
    'a value of another type is put in',
    8,
    'edited',
    /read|content/,
    `UPDATE audit SET detail = CAST('{}' AS TEXT) WHERE seq = 8`,
  ],
  ['the head is moved back', 9, 'inserted', /head/, `UPDATE audit_head SET seq = 8`],
  [
    'the head gets another hash',
    12,
    'edited',
    /head/,
    `UPDATE audit_head SET hash = replace(hash, substr(hash, 1, 1), 'x')`,
  ],
])('the walk over the chain finds it when %s (X-01) (S-14)', async (_what, firstBadSeq, kind, reason, statements) => {
  using folder = new DataFolder()
  await writeTwelveRecords(folder)
  let verdict: AuditVerdict | null = null
  folder.tamper((database) => {
    expect(verifyChain(database, [])).toMatchObject({ ok: true, rows: 12 })
    database.exec(TRIGGERS_OFF + statements)
    verdict = verifyChain(database, [])
  })
  expect(verdict).toEqual({ ok: false, firstBadSeq, kind, reason: expect.stringMatching(reason) })
})

test.each<[what: string, statements: string]>([
  ['without its newest record', `DELETE FROM audit WHERE seq = 12`],
  ['without its tail', `DELETE FROM audit WHERE seq > 8`],
  ['without any record', `DELETE FROM audit`],
  ['with an edited newest record', `UPDATE audit SET detail = '{}' WHERE seq = 12`],
  ['with a head of another chain', `UPDATE audit_head SET hash = '${'a'.repeat(64)}'`],
])('a start on a chain %s sets the database aside, and no lockout in it is lost (X-01)', async (_what, statements) => {
  using folder = new DataFolder()
  await writeTwelveRecords(folder)
  folder.tamper((database) => database.exec(TRIGGERS_OFF + statements))
  using store = await folder.open()
  expect(store.recovery[0]).toContain('the audit trail')
  expect(store.hasUnfinishedProtection()).toBe(true)
})

test.each<[string, string]>([
  ['changed', `UPDATE audit SET actor = 'admin' WHERE seq = 3`],
  ['deleted', `DELETE FROM audit WHERE seq = 12`],
  ['replaced', `INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 12`],
  [
    'left out',
    `INSERT INTO audit SELECT 14, epoch, at, account_id, cause, actor, action, subject, detail, prev_hash, hash FROM audit WHERE seq = 12`,
  ],
])('the database itself refuses a record that is %s', async (_what, statement) => {
  using folder = new DataFolder()
  await writeTwelveRecords(folder)
  folder.tamper((database) => {
    expect(() => database.exec(statement)).toThrow('audit trail')
    expect(verifyChain(database, [])).toMatchObject({ ok: true, rows: 12 })
  })
})

async function writeTwelveRecords(folder: DataFolder): Promise<void> {
  using store = await folder.open()
  store.audit([STARTED], NOON)
  store.commit([aBreachTurn(1)])
  store.commit([aBreachTurn(2)])
  store.audit([{ ...STARTED, action: 'stopped' }], NOON)
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 12 })
}

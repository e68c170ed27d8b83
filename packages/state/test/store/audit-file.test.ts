import { writeFileSync } from 'node:fs'
import type { AuditEntry } from '@rm/domain'
import { expect, test } from 'vitest'
import { auditHeadFacts, readAnchors } from '../../src/store/audit-anchor.ts'
import { type AuditHead, AuditRow, GENESIS, linkOf } from '../../src/store/audit-chain.ts'
import { verifyAuditFile } from '../../src/store/audit-file.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aLockout, aTurn, NOON } from './turn-records.ts'

const STARTED: AuditEntry = { actor: 'daemon', action: 'started', subject: 'run-1', detail: { version: '0.1.0' } }
const TRIGGERS_OFF = `DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted; DROP TRIGGER audit_has_no_gap;`

/** Eleven records in a file, and the head after the first, the sixth and the last. */
async function writeTrail(folder: DataFolder): Promise<readonly AuditHead[]> {
  using store = await folder.open()
  const heads: AuditHead[] = []
  store.audit([STARTED], NOON)
  heads.push(store.auditHead)
  for (const round of [1, 2]) {
    store.commit([aBreachTurn(round)])
    heads.push(store.auditHead)
  }
  expect(heads.map(({ seq }) => seq)).toEqual([1, 6, 11])
  return heads
}

/** What an administrator does who knows how the chain is made: changes records, then computes every hash and the head anew. */
function forge(folder: DataFolder, statements: string): void {
  folder.tamper((database) => {
    database.exec(TRIGGERS_OFF + statements)
    let [previous, seq] = [GENESIS, 0]
    for (const stored of database.prepare('SELECT * FROM audit ORDER BY seq').all()) {
      const row = AuditRow.parse(stored)
      seq += 1
      const hash = linkOf(previous, { ...row, seq })
      database
        .prepare('UPDATE audit SET seq = ?, prev_hash = ?, hash = ? WHERE seq = ?')
        .run(seq, previous, hash, row.seq)
      previous = hash
    }
    database.prepare('UPDATE audit_head SET seq = ?, hash = ?').run(seq, previous)
  })
}

test('an untouched file agrees with its anchors, and reading it leaves it as it is (S-14)', async () => {
  using folder = new DataFolder()
  const anchors = await writeTrail(folder)
  expect(verifyAuditFile(folder.database, anchors)).toEqual({ ok: true, rows: 11, head: anchors.at(-1)?.hash })
  expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: true, rows: 11 })
  using store = await folder.open()
  expect(store.auditHead).toEqual(anchors.at(-1))
})

test.each<[what: string, statements: string]>([
  ['a measured value', `UPDATE audit SET detail = replace(detail, '512', '12') WHERE seq = 8`],
  ['a record that is gone', `DELETE FROM audit WHERE seq = 8`],
  [
    'two that changed places',
    `UPDATE audit SET seq = -1 WHERE seq = 8; UPDATE audit SET seq = 8 WHERE seq = 9; UPDATE audit SET seq = 9 WHERE seq = -1`,
  ],
])(
  'an administrator who computes the chain anew over %s is given away by an anchor (X-02)',
  async (_what, statements) => {
    using folder = new DataFolder()
    const anchors = await writeTrail(folder)
    forge(folder, statements)
    expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: true })
    expect(verifyAuditFile(folder.database, anchors)).toMatchObject({
      ok: false,
      firstBadSeq: expect.toSatisfy((seq: number) => seq === 7 || seq === 11),
    })
  },
)

test('the anchors say between which records the chain was computed anew (X-02)', async () => {
  using folder = new DataFolder()
  const anchors = await writeTrail(folder)
  forge(folder, `UPDATE audit SET subject = 'another' WHERE seq = 8`)
  expect(verifyAuditFile(folder.database, anchors)).toEqual({
    ok: false,
    firstBadSeq: 7,
    kind: 'rewritten',
    reason: expect.stringContaining('the anchor at 11 has another hash, the anchor at 6 still agrees'),
  })
})

test.each([
  ['with its head', ''],
  ['and the head is left', '-- '],
])('a tail that was cut %s is found by the anchor (S-14)', async (_what, mark) => {
  using folder = new DataFolder()
  const anchors = await writeTrail(folder)
  folder.tamper((database) =>
    database.exec(
      `${TRIGGERS_OFF} DELETE FROM audit WHERE seq > 6;\n${mark}UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)`,
    ),
  )
  expect(verifyAuditFile(folder.database, anchors)).toMatchObject({ ok: false, firstBadSeq: 7, kind: 'truncated' })
})

test('a data folder that was put back to an older copy is found by the anchor, also when it went on since (S-14)', async () => {
  using folder = new DataFolder()
  const anchors = await writeTrail(folder)
  folder.tamper((database) =>
    database.exec(
      `${TRIGGERS_OFF} DELETE FROM audit WHERE seq > 6; UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit WHERE seq = 6)`,
    ),
  )
  using store = await folder.open()
  store.commit([aBreachTurn(3), aBreachTurn(4)])
  store.close()
  expect(verifyAuditFile(folder.database, anchors)).toMatchObject({ ok: false, firstBadSeq: 7, kind: 'rewritten' })
})

test('an edited record with a new hash of its own is named, not the one after it (S-14)', async () => {
  using folder = new DataFolder()
  await writeTrail(folder)
  folder.tamper((database) => {
    database.exec(`${TRIGGERS_OFF} UPDATE audit SET subject = 'another' WHERE seq = 8`)
    const row = AuditRow.parse(database.prepare('SELECT * FROM audit WHERE seq = 8').get())
    database.prepare('UPDATE audit SET hash = ? WHERE seq = 8').run(linkOf(row.prev_hash, row))
  })
  expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: false, firstBadSeq: 8, kind: 'edited' })
})

test('a record that was put in, with the others moved down, is named (S-14)', async () => {
  using folder = new DataFolder()
  await writeTrail(folder)
  folder.tamper((database) => {
    database.exec(`${TRIGGERS_OFF} UPDATE audit SET seq = -seq - 1 WHERE seq > 7; UPDATE audit SET seq = -seq WHERE seq < 0;
      INSERT INTO audit SELECT 8, epoch, at, account_id, cause, actor, 'pardoned', subject, detail, hash, '' FROM audit WHERE seq = 7`)
    const row = AuditRow.parse(database.prepare('SELECT * FROM audit WHERE seq = 8').get())
    database.prepare('UPDATE audit SET hash = ? WHERE seq = 8').run(linkOf(row.prev_hash, row))
  })
  expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: false, firstBadSeq: 8, kind: 'inserted' })
})

test.each<[what: string, reason: RegExp, statements: string]>([
  ['ended', /has it ended/, `UPDATE lockout SET ended_at = 1, end_cause = 'at' WHERE id = 'lockout-2'`],
  ['gone', /has no such lockout/, `DELETE FROM lockout WHERE id = 'lockout-2'`],
  ['shorter', /stands longer/, `UPDATE lockout SET end_at = end_at - 1 WHERE id = 'lockout-2'`],
])('a lockout that is %s in the store alone is named by its record (X-01)', async (_what, reason, statements) => {
  using folder = new DataFolder()
  const until = '2026-03-09T22:00:00.000Z'
  {
    using store = await folder.open()
    store.audit([STARTED], NOON)
    const set = { actor: 'daemon', action: 'lockout-set', subject: 'lockout-2', detail: { until } } as const
    store.commit([aBreachTurn(1), aTurn({ lockouts: [aLockout('lockout-2')], audit: [set] })])
  }
  expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: true, rows: 7 })
  folder.tamper((database) => {
    database.exec('DROP TRIGGER lockout_is_never_deleted; DROP TRIGGER lockout_is_never_shortened;')
    database.exec(statements)
  })
  expect(verifyAuditFile(folder.database, [])).toEqual({
    ok: false,
    firstBadSeq: 7,
    kind: 'contradicted',
    reason: expect.stringMatching(reason),
  })
})

test('a lockout that the trail ended may be over in the store', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
    const ended = { actor: 'daemon', action: 'lockout-ended', subject: 'lockout-1', detail: {} } as const
    store.commit([aTurn({ endedLockouts: [{ id: 'lockout-1', at: NOON, cause: 'next-reset' }], audit: [ended] })])
  }
  expect(verifyAuditFile(folder.database, [])).toMatchObject({ ok: true, rows: 6 })
})

test('a file that is not there, is no database or is held by somebody is not called broken', async () => {
  using folder = new DataFolder()
  expect(() => verifyAuditFile(folder.database, [])).toThrow(expect.objectContaining({ code: 'STORE_UNSAFE' }))
  writeFileSync(folder.file('text.db'), 'no database, however long this text is made: '.repeat(100))
  expect(() => verifyAuditFile(folder.file('text.db'), [])).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
  writeFileSync(folder.file('empty.db'), '')
  expect(() => verifyAuditFile(folder.file('empty.db'), [])).toThrow(/holds no audit trail/)
  using store = await folder.open()
  expect(store.epoch).toBe(1)
  expect(() => verifyAuditFile(folder.database, [])).toThrow(
    expect.objectContaining({ code: 'STORE_LOCKED', message: expect.stringContaining(`process ${process.pid}`) }),
  )
})

test('anchors are read from an anchor file and from a log alike, past other lines and a half one', () => {
  const [first, second] = [
    { seq: 3, hash: 'a'.repeat(64) },
    { seq: 9, hash: 'b'.repeat(64) },
  ]
  const lines = [
    JSON.stringify({ ...auditHeadFacts(first), at: '2026-11-18T15:45:00Z' }),
    JSON.stringify({ level: 'info', time: '2026-11-18T15:45:00Z', event: 'stopped', msg: 'not "audit-head"' }),
    JSON.stringify({ level: 'info', time: '2026-11-18T15:45:00Z', ...auditHeadFacts(second), msg: 'Audit trail' }),
    JSON.stringify({ ...auditHeadFacts({ seq: 12, hash: 'short' }) }),
    JSON.stringify(auditHeadFacts(second)).slice(0, 40),
  ]
  expect(readAnchors(lines.join('\n'))).toEqual([first, second])
  expect(readAnchors('')).toEqual([])
})

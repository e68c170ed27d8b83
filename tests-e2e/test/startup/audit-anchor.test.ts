import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readAnchors, verifyAuditFile } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { enforcementOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }

test('what a daemon told of its trail gives away that its end was cut off (X-02) (S-14)', async () => {
  await using stage = await Stage.set({ rules: RULES, general: { audit: { anchor_file: 'anchors.jsonl' } } })
  const daemon = await stage.startTrustedDaemon()
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  expect((await daemon.stop()).code).toBe(0)

  const file = path.join(stage.dataDirectory, 'anchors.jsonl')
  expect(existsSync(file)).toBe(true)
  const told = readAnchors(readFileSync(file, 'utf8'))
  const logged = readAnchors(readFileSync(path.join(stage.dataDirectory, 'logs', 'risk_manager.log'), 'utf8'))
  expect(told.length).toBeGreaterThanOrEqual(2)
  expect(logged).toEqual(told)
  const verdict = verifyAuditFile(stage.databaseFile, told)
  expect(verdict).toMatchObject({ ok: true, rows: told.at(-1)?.seq })

  // The last record goes, with the head and everything that the database itself could tell.
  const database = new Sqlite(stage.databaseFile)
  database.exec(`DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE seq = (SELECT seq FROM audit_head);
    UPDATE audit_head SET seq = seq - 1, hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)`)
  database.close()
  expect(verifyAuditFile(stage.databaseFile, [])).toMatchObject({ ok: true })
  expect(verifyAuditFile(stage.databaseFile, logged)).toMatchObject({
    ok: false,
    kind: 'truncated',
    firstBadSeq: told.at(-1)?.seq,
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { instantOf } from '@rm/domain'
import { type AuditHead, openStore, type Store } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditCommand } from '../src/audit-command.ts'
import { type VerifyOptions, verifyAudit } from '../src/audit-verify.ts'
import type { CommandResult } from '../src/config-check.ts'

const NOON = instantOf('2026-11-18T18:00:00Z')
const TRIGGERS_OFF = `DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_deleted; DROP TRIGGER audit_has_no_gap;`

let folder = ''

const database = (): string => join(folder, 'state.db')
const open = (): Promise<Store> =>
  openStore({ secondFolder: null, path: database(), now: () => NOON, program: { version: '0.1.0' } })

/** Six records; the head after the third and the last. */
async function writeTrail(): Promise<readonly AuditHead[]> {
  using store = await open()
  const heads = [
    'breach-begun',
    'goal-begun',
    'command-sent',
    'settings-changed',
    'goal-reached',
    'daemon-stopped',
  ].map((action, index) => {
    store.audit([{ actor: 'daemon', action, subject: `b-7001001-1-${index}`, detail: { measured: -512 } }], NOON)
    return store.auditHead
  })
  return heads.filter(({ seq }) => seq % 3 === 0)
}

function tamper(statements: string): void {
  const tampered = new Sqlite(database())
  tampered.exec(`${TRIGGERS_OFF} ${statements}`)
  tampered.close()
}

function anchorFile(heads: readonly AuditHead[]): string {
  const file = join(folder, 'anchors.jsonl')
  writeFileSync(file, heads.map((head) => `${JSON.stringify({ event: 'audit-head', ...head })}\n`).join(''))
  return file
}

function verified(options: Partial<VerifyOptions> = {}): CommandResult {
  const result = verifyAudit({
    data: folder,
    anchor: null,
    face: 'text',
    style: { color: false, width: 80 },
    ...options,
  })
  for (const line of stripVTControlCharacters(result.output).split('\n'))
    if (options.face !== 'json') expect(line.length).toBeLessThanOrEqual(80)
  return { ...result, output: result.output.replaceAll(/\n {12}/g, ' ') }
}

/** The command line without its program; what was thrown. */
async function typed(...words: readonly string[]): Promise<unknown> {
  const quiet = { writeOut: () => undefined, writeErr: () => undefined }
  const command = auditCommand().configureOutput(quiet)
  for (const one of command.commands) one.configureOutput(quiet)
  return await new Command('risk-manager')
    .addCommand(command)
    .parseAsync(['audit', ...words], { from: 'user' })
    .catch((error: unknown) => error)
}

describe('audit verify', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rm-audit-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('says how many records there are, and that no anchor was compared', async () => {
    const heads = await writeTrail()
    const { output, exitCode } = verified()
    expect(exitCode).toBe(0)
    expect(output).toContain('The audit trail is intact.\n')
    expect(output).toContain('records   6\n')
    expect(output).toContain(`head      ${heads[1]?.hash}\n`)
    expect(output).toContain('with none')
    expect(output).not.toContain('\u001b')
    expect(verified({ data: database() }).exitCode).toBe(0)
    expect(verified({ style: { color: true, width: 80 } }).output).toContain('\u001b[')
  })

  test('compares with the anchors (S-14)', async () => {
    const anchor = anchorFile(await writeTrail())
    expect(verified({ anchor })).toEqual({ exitCode: 0, output: expect.stringMatching(/with 2 of .*, up to record 6/) })
  })

  test.each<[kind: string, record: number, statements: string]>([
    ['edited', 2, `UPDATE audit SET action = 'lockout-ended' WHERE seq = 2`],
    ['deleted', 4, `DELETE FROM audit WHERE seq = 4`],
    [
      'reordered',
      2,
      `UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = -1`,
    ],
    ['truncated', 5, `DELETE FROM audit WHERE seq > 4`],
  ])('names a record that was %s (X-01) (S-14)', async (kind, record, statements) => {
    await writeTrail()
    tamper(statements)
    const { output, exitCode } = verified()
    expect(exitCode).toBe(1)
    expect(output).toContain('The audit trail is broken.\n')
    expect(output).toContain(`record    ${record} is the first`)
    expect(output).toContain(`kind      ${kind}\n`)
    const inJson = verified({ face: 'json' })
    expect(inJson.exitCode).toBe(1)
    expect(JSON.parse(inJson.output)).toMatchObject({ ok: false, firstBadSeq: record, kind, anchors: 0 })
  })

  test('names the record of a lockout that the store does not have (X-01)', async () => {
    await writeTrail()
    const store = await open()
    store.audit([{ actor: 'daemon', action: 'lockout-set', subject: 'l-7001001-1-9', detail: { until: null } }], NOON)
    store.close()
    const { output, exitCode } = verified()
    expect(exitCode).toBe(1)
    expect(output).toContain('record    7 is the first that the store contradicts\n')
    expect(output).toContain('kind      contradicted\n')
  })

  test('finds by an anchor what an administrator cut off together with the head (X-02)', async () => {
    const anchor = anchorFile(await writeTrail())
    tamper(
      `DELETE FROM audit WHERE seq > 4; UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)`,
    )
    expect(verified().exitCode).toBe(0)
    const { output, exitCode } = verified({ anchor, face: 'json' })
    expect(exitCode).toBe(1)
    expect(JSON.parse(output)).toMatchObject({ ok: false, firstBadSeq: 5, kind: 'truncated', anchors: 2 })
  })

  test('does not call a trail broken that it could not check', async () => {
    expect(verified()).toEqual({ exitCode: 3, output: expect.stringContaining('there is no database') })
    const anchors = await writeTrail()
    expect(verified({ anchor: join(folder, 'none') }).output).toContain('there is no anchor file')
    writeFileSync(join(folder, 'other.txt'), 'nothing of that kind\n')
    expect(verified({ anchor: join(folder, 'other.txt') })).toMatchObject({ exitCode: 3 })
    using store = await open()
    expect(store.auditHead).toEqual(anchors[1])
    const held = verified()
    expect(held.exitCode).toBe(3)
    expect(held.output.replaceAll('\n', ' ')).toMatch(/in use by process \d+.*Stop the daemon first/)
    expect(JSON.parse(verified({ face: 'json' }).output)).toMatchObject({ ok: null, kind: 'not checked' })
  })

  test('calls a file broken that is no database any more', async () => {
    writeFileSync(database(), 'overwritten '.repeat(1_000))
    expect(verified()).toEqual({ exitCode: 1, output: expect.stringContaining('kind      damaged\n') })
    expect(verified({ face: 'json' }).exitCode).toBe(1)
  })

  test('ends with 3 on an option that nobody knows, and with 0 when asked for help', async () => {
    expect(await typed('verify', '--dat', 'x')).toMatchObject({ exitCode: 3 })
    expect(await typed('verify', 'x')).toMatchObject({ exitCode: 3 })
    expect(await typed('verify', '--help')).toMatchObject({ exitCode: 0 })
    for (const one of auditCommand().commands) {
      const help = one.helpInformation({ error: false })
      for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    }
  })
})

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CLI } from '../harness/built-program.ts'
import { runCommand } from '../harness/command-run.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }
/** A group that this machine has not, as it would be made for traders. */
const TRADERS = 64_999
const TRADER = { uid: 65_534, gid: TRADERS }
const STRANGER = { uid: 65_534, gid: 65_534 }

/** Only root may be somebody else, and that one has to be able to start the program. */
const SKIPPED =
  process.getuid?.() !== 0 || spawnSync(process.execPath, [CLI, '--version'], { ...STRANGER, cwd: '/' }).status !== 0

describe('another user of the machine at the command line', { skip: SKIPPED }, () => {
  test('reads what a trader may and orders nothing; each refusal says who may (X-01, X-05)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const root = path.dirname(stage.dataDirectory)
    const shared = path.join(root, 'shared')
    stage.configure({ general: { control: { folder: shared } } })
    chmodSync(root, 0o755)
    await using daemon = await stage.startTrustedDaemon()
    const control = ['--control', shared]
    // The folder lets in the group of the traders alone.
    chownSync(shared, 0, TRADERS)
    chmodSync(shared, 0o710)

    const status = await as(TRADER, 'status', ...control)
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`ACTIVE ${FIRST_ACCOUNT}`), stderr: '' })
    expect(await as(TRADER, 'export', 'csv', 'pnl', ...control)).toMatchObject({ code: 0 })
    const kept = await as(STRANGER, 'status', ...control)
    expect(kept).toEqual({
      code: 5,
      stdout: '',
      stderr: `You may not enter ${shared}, which belongs to root.\n  Ask the administrator to make you a member of the group ${TRADERS}, and log in again.\n`,
    })
    const hidden = await as(TRADER, 'status', '--control', path.join(stage.dataDirectory, 'control'))
    expect(hidden).toMatchObject({ code: 5, stderr: expect.stringContaining('general.control.folder') })

    const before = readdirSync(stage.configDirectory)
    const refused = [
      ['panic', 'all', '--reason', "it's late", ...control],
      ['daemon', 'stop', '--yes', ...control],
      ['audit', 'list', ...control],
      ['config', 'set', 'rules.max_contracts.limit', '9', '--config', stage.configDirectory],
      ['accounts', 'remove', String(FIRST_ACCOUNT), '--config', stage.configDirectory, ...control],
      ['credentials', 'encrypt', '--config', stage.configDirectory],
      ['backup', 'restore', 'newest', '--data', stage.dataDirectory],
    ]
    for (const words of refused) {
      const { code, stdout, stderr } = await as(TRADER, ...words)
      const again = words.join(' ').replace("it's late", String.raw`'it'\''s late'`)
      expect({ words, code, stdout }).toEqual({ words, code: 5, stdout: '' })
      expect(stderr).toMatch(/^Only root may change /)
      expect(stderr).toContain(`say it as that user:\n  sudo risk-manager ${again}\n`)
    }
    expect(readdirSync(stage.configDirectory)).toEqual(before)
    expect(await as(TRADER, 'audit', 'verify', '--data', stage.dataDirectory)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Only root may read'),
    })
    expect(daemon.log.find((line) => line.event === 'call-denied')).toBeUndefined()
    await daemon.stop()
  })
})

function as(user: { readonly uid: number; readonly gid: number }, ...words: readonly string[]) {
  return runCommand(words, { user })
}

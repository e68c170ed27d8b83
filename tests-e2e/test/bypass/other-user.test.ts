import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { homeOfUser, leaseFolder } from '@rm/state'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import type { DaemonProcess } from '../harness/daemon-process.ts'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { measure } from '../harness/measure.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }
const GENERAL = { audit: { anchor_file: 'anchors.jsonl' } }
/** The user of those who own nothing. */
const NOBODY = 65_534
/** Only root may be somebody else. */
const SKIPPED = process.getuid?.() !== 0

/** What the trader tries with each file and folder, as himself; what succeeds is written out. */
const ATTEMPTS = `for place in "$@"; do
  (exec 2>&-; : >>"$place") 2>/dev/null && echo "wrote $place"
  mv "$place" "$place.gone" 2>/dev/null && echo "moved $place"
  rm -rf "$place" 2>/dev/null && echo "removed $place"
  chmod 777 "$place" 2>/dev/null && echo "opened $place"
  (: >"$place/planted") 2>/dev/null && echo "planted in $place"
done
kill -9 "$PID" 2>/dev/null && echo killed
kill -0 1 2>/dev/null && echo "is root"
exit 0`

describe.concurrent('another user of the machine', { skip: SKIPPED }, () => {
  test('can change nothing that the daemon relies on, nor end it (X-01)', async () => {
    await using stage = await Stage.set({ rules: RULES, general: GENERAL })
    const root = path.dirname(stage.dataDirectory)
    // Nothing but the owner of each file is to keep him out.
    chmodSync(root, 0o755)
    const daemon = await stage.startTrustedDaemon()
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await awaitCondition('a backup', () => existsSync(path.join(stage.dataDirectory, 'backups')))
    const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
    const kept = all.filter((name) => !name.endsWith('.tmp')).map((name) => path.join(root, name))
    const names = kept.join('\n')
    for (const part of ['risk_config.yaml', 'state.db', 'state.db-wal', 'anchors.jsonl', 'locks.json', 'logs/'])
      expect(names).toContain(part)

    expect(triedAs(NOBODY, daemon, [...kept, leaseFolder(homeOfUser())])).toBe('')
    // The folder of the sockets is made to be entered, by whoever its own folder lets in.
    const sockets = path.join(stage.dataDirectory, 'control')
    const data = kept.filter((name) => name.startsWith(`${stage.dataDirectory}${path.sep}`))
    for (const place of data.filter((name) => !name.startsWith(sockets)))
      if (existsSync(place)) expect({ place, open: statSync(place).mode & 0o077 }).toEqual({ place, open: 0 })
    expect(statSync(stage.dataDirectory).mode & 0o777).toBe(0o700)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    expect((await daemon.stop()).code).toBe(0)
  })

  test('is found to be able to by the same attempts where the files are his (X-01)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const root = path.dirname(stage.dataDirectory)
    chmodSync(root, 0o755)
    chownSync(stage.configDirectory, NOBODY, NOBODY)
    const daemon = await stage.startTrustedDaemon()
    const file = path.join(stage.configDirectory, 'risk_config.yaml')
    expect(triedAs(NOBODY, daemon, [file])).toContain(`moved ${file}`)
    // What was so at the start is no alert, and is told all the same.
    const warned = await daemon.log.awaitLine('a warning', (line) => line.event === 'files-exposed')
    expect(warned.msg).toContain(`${stage.configDirectory} belongs to user ${NOBODY}`)
  })

  test.for([
    ['a file that everybody may write', 0o666, null, 'may be written by everybody'],
    ['a file that its group may write', 0o660, null, 'may be written by group 0'],
    ['a file of his own', 0o600, NOBODY, `belongs to user ${NOBODY}`],
  ] as const)(
    'would be let in by %s: told within 10 s, and when it is over (X-01)',
    async ([, mode, owner, told], { task }) => {
      await using opened = await Stage.open({ rules: RULES })
      const { stage, daemon } = opened
      const file = path.join(stage.configDirectory, 'risk_config.yaml')
      const begun = performance.now()
      chmodSync(file, mode)
      if (owner !== null) chownSync(file, owner, 0)
      const alert = await daemon.log.awaitLine('the alert', (line) => line['alert'] === 'files-exposed')
      measure(task, begun)
      expect(performance.now() - begun).toBeLessThan(10_000)
      expect(alert.msg).toContain(`${file} ${told}`)
      chownSync(file, 0, 0)
      chmodSync(file, 0o600)
      await daemon.log.awaitLine('the end', (line) => line.event === 'alert-over' && line['alert'] === 'files-exposed')
    },
  )
})

test('heads that somebody adds to the anchor file are told within 10 s (X-01)', async ({ task }) => {
  await using stage = await Stage.set({ rules: RULES, general: GENERAL })
  const daemon = await stage.startTrustedDaemon()
  const file = path.join(stage.dataDirectory, 'anchors.jsonl')
  await awaitCondition('a head', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  // The daemon is past its own writing when it looks for the first time.
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  const begun = performance.now()
  appendFileSync(file, '{"event":"audit-head"}\n')
  const alert = await daemon.log.awaitLine('the alert', (line) => line['alert'] === 'anchor-touched')
  measure(task, begun)
  expect(performance.now() - begun).toBeLessThan(10_000)
  expect(alert.msg).toContain('bytes and not the')
  expect((await daemon.stop()).code).toBe(0)
  expect(daemon.log.lines().filter((line) => line['alert'] === 'anchor-touched')).toHaveLength(1)
})

/** What another user managed to do to these files and to the daemon. */
function triedAs(uid: number, { pid }: DaemonProcess, places: readonly string[]): string {
  const env = { PATH: '/usr/bin:/bin', PID: String(pid) }
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', ATTEMPTS, 'sh', ...places], { uid, gid: uid, env, cwd: '/' })
  return `${stdout.toString()}${stderr.toString()}`
}

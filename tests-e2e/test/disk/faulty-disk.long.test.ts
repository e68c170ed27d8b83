import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { measured } from '@rm/package-config/measured'
import { NO_SMALL_DISK, SmallDisk } from '@rm/package-config/small-disk'
import { OrderSide } from '@rm/sdk-bridge/wire'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { closeLatency } from '../harness/close-latency.ts'
import type { DaemonProcess } from '../harness/daemon-process.ts'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import type { LogLine } from '../harness/log-reader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const LIMIT = { max_contracts: { enabled: true, limit: 1 } }
/** The open loss does not count, or the daemon's close would race the trader's own. */
const LOSS = { daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false } }

describe('a daemon whose disk', () => {
  test('is full goes on enforcing, takes a configuration, and writes all of it when there is room (D-05, D-06)', {
    skip: NO_SMALL_DISK !== null,
  }, async ({ task }) => {
    await using stage = await Stage.set({ rules: LIMIT, general: { database: { path: '../small/state.db' } } })
    using disk = new SmallDisk(8, path.join(stage.dataDirectory, '../small'))
    const daemon = await stage.startTrustedDaemon()
    disk.fill()
    const isAside = (): boolean => daemon.log.find(({ msg }) => msg.includes('disk is full')) !== undefined
    for (let round = 0; round < 60 && !isAside(); round += 1) measured(task, await closeLatency(stage, 1))
    expect(isAside()).toBe(true)
    measured(task, await closeLatency(stage, 1))
    stage.configure({
      rules: {
        ...LIMIT,
        trade_frequency_limit: { enabled: true, limits: { per_minute: 400, per_hour: 450, per_session: 500 } },
      },
    })
    daemon.signal('SIGHUP')
    await daemon.log.awaitLine('the settings', ({ event }) => event === 'setting-changed' || event === 'config-refused')
    measured(task, await closeLatency(stage, 1))

    disk.clear()
    await over(daemon, 'kept-aside')
    expect((await daemon.stop()).code).toBe(0)
    const stored = await storedState(path.join(disk.path, 'state.db'), [FIRST_ACCOUNT])
    expect(stored.verdict).toMatchObject({ ok: true })
    const actions = stored.audit.map(({ action }) => action)
    expect(actions).toContain('emergency-journal-taken-over')
    expect(actions).toContain('configuration-read')
    expect(actions.at(-1)).toBe('daemon-stopped')
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('refuses every commit enforces on, and what it decided survives its kill in the emergency journal (D-07)', async ({
    task,
  }) => {
    await using stage = await Stage.set({ rules: { ...LIMIT, ...LOSS } })
    const armedBy = path.join(stage.dataDirectory, '..', 'refused')
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'commit', how: 'refused', armedBy } })
    writeFileSync(armedBy, '')
    measured(task, await closeLatency(stage, 1))
    await daemon.log.awaitLine('the alert', alert('kept-aside'))
    stage.trader().close('MNQ')
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await daemon.kill()
    // The gateway shows no loss any more: only what was kept aside can lock.
    forgetTrades(stage)
    await stage.trader().enters('MES', OrderSide.buy, 1)
    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => stage.trader().isFlat)
    expect(successor.log.find(alert('store-recovered'))?.msg).toContain('were taken over')
    expect((await successor.stop()).code).toBe(0)
    expect((await storedState(stage.databaseFile, [FIRST_ACCOUNT])).verdict).toMatchObject({ ok: true })
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('stalls for two seconds keeps only the turn in the commit waiting (D-15)', async ({ task }) => {
    await using stage = await Stage.set({ rules: LIMIT })
    const armedBy = path.join(stage.dataDirectory, '..', 'slow')
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'commit', how: 'slow', armedBy } })
    writeFileSync(armedBy, '')
    measured(task, await closeLatency(stage, 1))
    expect(existsSync(armedBy)).toBe(false)
    const told = await daemon.log.awaitLine('the alert', alert('kept-aside'))
    expect(told.msg).toMatch(/a commit took 2\d{3} ms/)
    await over(daemon, 'kept-aside')
    measured(task, await closeLatency(stage, 1))
    expect((await daemon.stop()).code).toBe(0)
  })

  test('loses the database while it runs makes it anew: a kill after that forgets no lockout (D-09)', async () => {
    await using opened = await Stage.open({ rules: LOSS })
    const { stage, daemon } = opened
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    for (const end of ['', '-wal']) rmSync(stage.databaseFile + end)
    await daemon.log.awaitLine('the alert', alert('database-lost'))
    await over(daemon, 'database-lost')
    await daemon.kill()
    forgetTrades(stage)
    rmSync(path.join(stage.dataDirectory, 'locks.json'))
    rmSync(path.join(stage.dataDirectory, 'backups'), { recursive: true, force: true })
    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    expect((await successor.stop()).code).toBe(0)
  })
})

test('a shell that opens the database of a daemon is refused, and the daemon goes on (D-13)', async () => {
  await using opened = await Stage.open({ rules: LIMIT })
  const { stage, daemon } = opened
  const shell = new Sqlite(stage.databaseFile, { timeout: 0 })
  expect(() => shell.prepare('SELECT * FROM lockout').all()).toThrow('database is locked')
  expect(() => shell.exec('DELETE FROM goal')).toThrow('database is locked')
  shell.close()
  const { error, stderr } = spawnSync('sqlite3', [stage.databaseFile, 'SELECT * FROM lockout'], { encoding: 'utf8' })
  if (error === undefined) expect(stderr).toContain('database is locked')
  await closeLatency(stage, 1)
  expect((await daemon.stop()).code).toBe(0)
  expect((await storedState(stage.databaseFile, [FIRST_ACCOUNT])).verdict).toMatchObject({ ok: true })
})

test('an older program on a newer database ends with code 3 and names the lockouts in it (D-17)', async () => {
  await using opened = await Stage.open({ rules: LOSS })
  const { stage, daemon } = opened
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  await daemon.stop()
  const database = new Sqlite(stage.databaseFile)
  database.pragma('user_version = 1000')
  database.close()
  const older = stage.startDaemon()
  expect((await older.ended()).code).toBe(3)
  expect(older.stderr).toContain('STORE_NEWER_SCHEMA')
  expect(older.stderr).toContain(`${FIRST_ACCOUNT} RULE-003`)
})

function alert(code: string): (line: LogLine) => boolean {
  return (line) => line.event === 'alert' && line['alert'] === code
}

function over(daemon: DaemonProcess, code: string): Promise<LogLine> {
  return daemon.log.awaitLine(`${code} is over`, (line) => line.event === 'alert-over' && line['alert'] === code)
}

function forgetTrades({ gateway }: Stage): void {
  for (const { id } of gateway.exchange.trades(FIRST_ACCOUNT)) gateway.exchange.voidTrade(FIRST_ACCOUNT, id)
}

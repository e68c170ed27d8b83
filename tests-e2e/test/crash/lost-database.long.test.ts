import {
  closeSync,
  copyFileSync,
  existsSync,
  globSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { CLI, plainEnvironment } from '../harness/built-program.ts'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

/** The open loss does not count, or the daemon's close would race the trader's own. */
const RULES = { daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false } }

/** SQLite's write-ahead log: a header, then frames of a header and a page each. */
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const PAGE_BYTES = 4_096

/** What happens to the data folder while the daemon is down. */
const LOSSES: Readonly<Record<string, (stage: Stage) => void>> = {
  'is deleted (D-09)': ({ databaseFile }) => remove(databaseFile),
  'is emptied (D-09)': ({ databaseFile }) => {
    remove(databaseFile)
    writeFileSync(databaseFile, '')
  },
  'is noise (D-08)': ({ databaseFile }) => {
    remove(databaseFile)
    writeFileSync(databaseFile, Buffer.alloc(65_536, 0xa5))
  },
  'loses its log (D-10)': ({ databaseFile }) => remove(`${databaseFile}-wal`),
  'has a zeroed page where its log begins (D-03)': ({ databaseFile }) => {
    const log = openSync(`${databaseFile}-wal`, 'r+')
    writeSync(log, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, LOG_HEADER_BYTES + FRAME_HEADER_BYTES)
    closeSync(log)
  },
  'is replaced by the backup of a time before the lockout (D-11)': ({ databaseFile, dataDirectory }) => {
    const [oldest] = globSync('backups/*.db', { cwd: dataDirectory }).toSorted()
    remove(databaseFile)
    copyFileSync(path.join(dataDirectory, oldest ?? ''), databaseFile)
  },
}

describe.concurrent('the database of a locked account', () => {
  test.each(Object.keys(LOSSES))('%s: the next start has its lockout all the same, and tells', async (loss) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await daemon.log.awaitLine('the first backup', (line) => line.event === 'backup-made')
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await awaitCondition('the lockout is in the snapshot', () => snapshotOf(stage)?.includes('RULE-003'))
    await daemon.kill()
    // The gateway shows no loss any more: only what was stored can lock.
    for (const { id } of gateway.exchange.trades(FIRST_ACCOUNT)) gateway.exchange.voidTrade(FIRST_ACCOUNT, id)
    LOSSES[loss]?.(stage)
    await trader.enters('MES', OrderSide.buy, 1)

    const begun = performance.now()
    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => trader.isFlat)
    expect(performance.now() - begun).toBeLessThan(300_000)
    expect(successor.log.find((line) => line['alert'] === 'store-recovered')).toBeDefined()
    expect((await successor.stop()).code).toBe(0)

    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.verdict).toMatchObject({ ok: true })
    expect(stored.account(FIRST_ACCOUNT).lockouts).toMatchObject([{ rule: 'RULE-003', effect: 'flat' }])
    expect(stored.audit.filter((row) => row.action === 'store-recovered').length).toBeGreaterThan(0)
  })

  test('is deleted with its whole folder: the day that the gateway shows locks again', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await daemon.kill()
    rmSync(stage.dataDirectory, { recursive: true })
    await trader.enters('MES', OrderSide.buy, 1)
    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => trader.isFlat)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('is deleted with its whole folder: the second folder has what the gateway does not show', async () => {
    await using stage = await Stage.set({ rules: RULES, general: { database: { second_folder: '../second' } } })
    const trader = stage.trader()
    const daemon = await stage.startTrustedDaemon()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    const second = path.join(stage.dataDirectory, '../second/locks.json')
    await awaitCondition('the copy', () => existsSync(second) && readFileSync(second, 'utf8').includes('RULE-003'))
    await daemon.kill()
    for (const { id } of stage.gateway.exchange.trades(FIRST_ACCOUNT)) {
      stage.gateway.exchange.voidTrade(FIRST_ACCOUNT, id)
    }
    rmSync(stage.dataDirectory, { recursive: true })
    await trader.enters('MES', OrderSide.buy, 1)
    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => trader.isFlat)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})

describe.concurrent('copies', () => {
  test('a change of a lockout is in the snapshot within a second', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await stage.trader().loseOnEs(48)
    await daemon.log.awaitLine('the lockout', (line) => line.event === 'lockout-set')
    const told = performance.now()
    await awaitCondition('the snapshot', () => snapshotOf(stage)?.includes('RULE-003'))
    expect(performance.now() - told).toBeLessThan(5_000)
  })

  test('each new one is given to the program that carries them off the machine, without a shell', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const carried = path.join(stage.dataDirectory, '..', 'carried $HOME.txt')
    const program = `require('node:fs').appendFileSync(${JSON.stringify(carried)}, process.argv[1] + '\\n')`
    stage.configure({ general: { database: { carry_copies: [process.execPath, '-e', program] } } })
    const daemon = await stage.startTrustedDaemon()
    const backup = await daemon.log.awaitLine('the backup', (line) => line.event === 'backup-made')
    await awaitCondition('both were carried', () => {
      const names = existsSync(carried) ? readFileSync(carried, 'utf8') : ''
      return names.includes(String(backup['file'])) && names.includes('locks.json')
    })
    expect(daemon.log.find((line) => line['alert'] === 'copy-failed')).toBeUndefined()
  })
})

test('a backup is listed, verified and restored by hand, and the lockout stays (D-20)', async ({ task }) => {
  await using opened = await Stage.open({ rules: RULES })
  const { stage, daemon } = opened
  const trader = stage.trader()
  await daemon.log.awaitLine('the first backup', (line) => line.event === 'backup-made')
  await trader.loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  expect(backupTool(stage, 'restore', 'newest')).toMatchObject({ status: 1, stderr: expect.stringContaining('in use') })
  const running = backupTool(stage, 'create')
  expect(running.status).toBe(1)
  expect(running.stderr).toMatch(new RegExp(`process ${daemon.pid}[^]*makes a backup every few minutes`))
  await daemon.stop()
  expect(backupTool(stage, 'create')).toMatchObject({ status: 0, stdout: expect.stringContaining('was made') })
  expect(backupTool(stage, 'list').stdout).toMatch(/^state-.*Z\.db +\d+\.\d MiB +audit \d+$/m)
  expect(backupTool(stage, 'verify')).toMatchObject({ status: 0, stdout: expect.stringContaining('good') })

  const begun = performance.now()
  expect(backupTool(stage, 'restore', 'newest')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('restored'),
  })
  const successor = await stage.startDaemon().running()
  await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
  Object.assign(task.meta, { measuredMs: performance.now() - begun })
  expect((await successor.stop()).code).toBe(0)
})

function backupTool({ dataDirectory }: Stage, ...args: readonly string[]) {
  return spawnSync(process.execPath, [CLI, 'backup', ...args, '--data', dataDirectory], {
    env: plainEnvironment(),
    encoding: 'utf8',
  })
}

function snapshotOf(stage: Stage): string | null {
  const file = path.join(stage.dataDirectory, 'locks.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

function remove(file: string): void {
  for (const name of [file, `${file}-wal`]) rmSync(name, { force: true })
}

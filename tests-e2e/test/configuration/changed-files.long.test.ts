import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitNothing } from '../harness/await-condition.ts'
import { currentWord, enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const upTo = (limit: number) => ({ max_contracts: { enabled: true, limit } })
/** Longer than the daemon waits for files to come to rest. */
const REST_MS = 1_500

describe.concurrent('a configuration that is changed while the daemon runs', () => {
  test('a smaller limit is enforced at once, and the trail says who changed what (C-05)', async () => {
    await using opened = await Stage.open({ rules: upTo(5) })
    const { stage, daemon } = opened
    const trader = stage.trader()
    trader.buy('MNQ', 4)
    stage.configure({ rules: upTo(3) })
    await stage.awaitVenue('reduced', () => trader.position('MNQ') === 3)
    const line = await daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed')
    expect(line).toMatchObject({ path: 'rules.max_contracts.limit', before: '5', after: '3', applies: 'at once' })
    await daemon.stop()
    const { audit } = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(audit.find(({ action }) => action === 'settings-changed')?.detail).toMatchObject({
      cause: 'file-changed',
      changes: [{ path: 'rules.max_contracts.limit', before: '5', after: '3' }],
    })
  })

  test('a larger limit does not hold before the reset, and a restart does not change that (C-04)', async () => {
    await using opened = await Stage.open({ rules: upTo(2) })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.configure({ rules: upTo(9) })
    const line = await daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed')
    expect(line).toMatchObject({ after: '9', applies: 'at the next reset without a lockout' })
    await daemon.kill()
    const successor = await stage.startTrustedDaemon()
    trader.buy('MNQ', 5)
    await stage.awaitVenue('reduced', () => trader.position('MNQ') === 2)
    await enforcementOf(successor.log, FIRST_ACCOUNT, 'RULE-001')
  })

  test('a file that is edited while the daemon is down loosens nothing before the reset', async () => {
    await using opened = await Stage.open({ rules: upTo(2) })
    const { stage, daemon } = opened
    await daemon.stop()
    stage.configure({ rules: upTo(9) })
    const successor = await stage.startTrustedDaemon()
    const { log } = successor
    stage.trader().buy('MNQ', 5)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    expect(log.lines().find((one) => one.event === 'setting-changed')).toMatchObject({ before: '2', after: '9' })
    await successor.stop()
    const { audit } = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(audit.find(({ action }) => action === 'settings-changed')?.detail).toMatchObject({
      cause: 'start',
      changes: [{ path: 'rules.max_contracts.limit', before: '2', after: '9' }],
    })
  })

  test('it holds from the reset on', async () => {
    await using opened = await Stage.open({ rules: upTo(2), startsAt: '2026-11-18T16:59:30-06:00' })
    const { stage, daemon } = opened
    stage.configure({ rules: upTo(9) })
    await daemon.log.awaitLine('looser', (one) => one.event === 'settings-loosened')
    const trader = stage.trader()
    await trader.enters('MNQ', OrderSide.buy, 5)
    await awaitNothing('a reduction', REST_MS, () => trader.position('MNQ') !== 5)
    expect(daemon.log.lines().filter((one) => one.event === 'breach-begun')).toEqual([])
  })

  test('a file with mistakes is refused, and the one before stays in force (C-02)', async () => {
    await using opened = await Stage.open({ rules: upTo(2) })
    const { stage, daemon } = opened
    writeFileSync(path.join(stage.configDirectory, 'risk_config.yaml'), 'rules:\n  max_contracts:\n    limit: many\n')
    const line = await daemon.log.awaitLine('refused', (one) => one.event === 'config-refused')
    expect(line['problems']).toContain('rules.max_contracts.limit')
    stage.trader().buy('MNQ', 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    await daemon.stop()
    const { audit } = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(audit.find(({ action }) => action === 'configuration-refused')?.detail).toMatchObject({
      problems: [expect.stringMatching(/risk_config\.yaml:3 rules\.max_contracts\.limit$/)],
    })
  })

  test('what applies at once asks for no restart, and what does not says so', async () => {
    await using opened = await Stage.open({ rules: upTo(5) })
    const { stage, daemon } = opened
    const general = { evaluation_interval_ms: 50 }
    const api = { cache: { contract_ttl_h: 12 } }
    stage.configure({ general, api })
    const line = await daemon.log.awaitLine('the interval is told', (one) => one.event === 'setting-changed')
    expect(line).toMatchObject({ path: 'general.evaluation_interval_ms', after: '50', applies: 'at once' })
    expect(daemon.log.lines().filter((one) => one.event === 'config-waits-for-start')).toEqual([])
    stage.configure({ general, api: { ...api, token: { renew_at_fraction_left: 0.5 } } })
    const waits = await daemon.log.awaitLine('a restart is asked for', (one) => one.event === 'config-waits-for-start')
    expect(waits['waiting']).toEqual(['api_config.yaml'])
  })

  test('SIGHUP reads it again', { skip: process.platform === 'win32' }, async () => {
    await using opened = await Stage.open({ rules: upTo(5) })
    const { stage, daemon } = opened
    daemon.signal('SIGHUP')
    const line = await daemon.log.awaitLine('read again', (one) => one.event === 'config-unchanged')
    expect(line['cause']).toBe('SIGHUP')
    await daemon.stop()
    const { audit } = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(audit.find(({ action }) => action === 'configuration-read')?.detail).toMatchObject({ cause: 'SIGHUP' })
  })

  test('an account that is taken out while it is locked stays locked, also over a restart (C-04)', async () => {
    await using opened = await Stage.open({
      rules: { daily_realized_loss: { enabled: true, limit: -500 } },
      accounts: 2,
    })
    const { stage, daemon } = opened
    await stage.trader(1).loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    stage.configure({ accounts: [{ id: FIRST_ACCOUNT + 1 }] })
    await daemon.log.awaitLine('held', (one) => one.event === 'account-released' && one.accountId === FIRST_ACCOUNT)
    await daemon.stop()
    const successor = await stage.startTrustedDaemon()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.trader(1).enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('flat again', () => stage.trader(1).isFlat)
    expect(currentWord(successor.log, FIRST_ACCOUNT)).toBe('LOCKED')
  })
})

describe.concurrent('files that are changed', () => {
  test('in parts are read when they are at rest, never by half (C-03)', async () => {
    await using opened = await Stage.open({ rules: upTo(5) })
    const { stage, daemon } = opened
    const file = path.join(stage.configDirectory, 'risk_config.yaml')
    const before = readFileSync(file, 'utf8')
    const after = before.replace('"limit": 5', '"limit": 3')
    expect(after).not.toBe(before)
    // Every prefix would be refused: its braces are open.
    for (const part of [0.2, 0.5, 0.8, 1]) {
      writeFileSync(file, after.slice(0, after.length * part))
      await pause(100)
    }
    // On a busy machine a part may lie there long enough to be looked at: then it is refused, and what was in force stays.
    const line = await daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed')
    expect(line).toMatchObject({ before: '5', after: '3' })
  })

  test('by a rename, as editors do, or by a link that is turned, are read (C-03)', async ({ task }) => {
    await using stage = await Stage.set({ rules: upTo(5) })
    const releases = path.join(stage.configDirectory, '..', 'releases')
    const link = path.join(stage.configDirectory, '..', 'current')
    const release = (name: string, limit: number): string => {
      stage.configure({ rules: upTo(limit) })
      mkdirSync(releases, { recursive: true })
      cpSync(stage.configDirectory, path.join(releases, name), { recursive: true })
      return path.join(releases, name)
    }
    const [first, second] = [release('1', 5), release('2', 4)]
    symlinkSync(first, link)
    const daemon = await stage.startTrustedDaemon({ configDirectory: link })
    const toldOf = (limit: string) =>
      daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed' && one['after'] === limit)
    symlinkSync(second, `${link}.new`)
    const turned = performance.now()
    renameSync(`${link}.new`, link)
    await toldOf('4')
    Object.assign(task.meta, { measuredMs: performance.now() - turned })
    const file = path.join(second, 'risk_config.yaml')
    writeFileSync(`${file}~`, readFileSync(file, 'utf8').replace('"limit": 4', '"limit": 2'))
    renameSync(`${file}~`, file)
    expect(await toldOf('2')).toMatchObject({ before: '4', applies: 'at once' })
  })

  test('between the reading of the start and its end are not overlooked (C-03)', async () => {
    await using stage = await Stage.set({ rules: upTo(5) })
    const daemon = stage.startDaemon()
    await daemon.log.awaitLine('read', (one) => one.event === 'boot-step')
    stage.configure({ rules: upTo(3) })
    await daemon.running()
    const line = await daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed')
    expect(line).toMatchObject({ before: '5', after: '3' })
  })

  test('a hundred times a second are read once a second, and a limit is tightened among them (C-09)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: upTo(5) })
    const { stage, daemon } = opened
    const file = path.join(stage.configDirectory, 'timers_config.yaml')
    const touches = setInterval(() => utimesSync(file, new Date(), new Date()), 10)
    try {
      await pause(500)
      stage.configure({ rules: upTo(3) })
      const changed = performance.now()
      await daemon.log.awaitLine('the change is told', (one) => one.event === 'setting-changed')
      Object.assign(task.meta, { measuredMs: performance.now() - changed })
      stage.trader().buy('MNQ', 4)
      await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 3)
      await pause(3_000)
    } finally {
      clearInterval(touches)
    }
    const reads = daemon.log
      .lines()
      .filter((one) => one.event === 'config-unchanged' || one.event === 'setting-changed')
    expect(reads.length).toBeGreaterThanOrEqual(3)
    const times = reads.map(({ time }) => Date.parse(time))
    for (const [index, time] of times.entries()) {
      const next = times[index + 1]
      if (next !== undefined) expect(next - time).toBeGreaterThanOrEqual(750)
    }
  })
})

import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { hubPaths, OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitEnd } from '../harness/await-condition.ts'
import { enforcementOf, trusted, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { measure } from '../harness/measure.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1 } }
const LOSS = { daily_realized_loss: { enabled: true, limit: -500 } }
/** Longer than the gap at which a daemon distrusts what it knows. */
const FROZEN_MS = 6_000
/** Of the block that no loopback gateway listens on. */
const UNREACHABLE = '127.77.77.77'
/** Longer than a connection is kept that nobody uses, and than every timer of the daemon waits that looks at something. */
const DESCRIPTORLESS_MS = 12_000

describe.concurrent('a daemon whose process is at fault', { skip: process.platform === 'win32' }, () => {
  test('opens no debugger at SIGUSR1 and goes on protecting (P-04)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    daemon.signal('SIGUSR1')
    stage.trader().buy('MNQ', 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect(daemon.stderr).not.toContain('Debugger listening')
  })

  test('that was frozen compares everything on waking, and undoes what happened meanwhile (P-05, T-08)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    daemon.signal('SIGSTOP')
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await pause(FROZEN_MS)
    const woken = performance.now()
    daemon.signal('SIGCONT')
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    await daemon.log.awaitLine('told', (line) => line['alert'] === 'clock-gap')
    await daemon.log.awaitLine('distrusted', (line) => line.event === 'word-changed' && line['to'] === 'UNTRUSTED')
    await trusted(daemon.log, [FIRST_ACCOUNT])
    measure(task, woken)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('whose event loop stood still for two seconds goes on, and undoes what happened meanwhile (P-07)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'busy', ms: 2_000 } })
    daemon.signal('SIGUSR2')
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    const told = await daemon.log.awaitLine('the delay', (line) => line['work'] === 'one pass of the event loop')
    expect(told).toMatchObject({ event: 'slow-work', level: 'warn', alarmMs: 250 })
    expect((await daemon.stop()).code).toBe(0)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('whose event loop stands still is told of after 5 s and ended with code 2 (P-07, P-08)', async ({ task }) => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'busy', ms: 60_000 } })
    const begun = performance.now()
    daemon.signal('SIGUSR2')
    expect(await awaitEnd('the watchdog', daemon.exit)).toEqual({ code: 2, signal: null })
    measure(task, begun)
    const alerts = daemon.log.lines().filter((line) => line['alert'] === 'event-loop-stalled')
    expect(alerts.map(({ msg }) => msg)).toEqual([
      'Alert: the event loop has made no progress for 5 s',
      'Alert: the event loop has made no progress for 10 s; the process ends with code 2',
    ])
    const successor = await stage.startTrustedDaemon()
    expect((await successor.stop()).code).toBe(0)
  })

  test.each(['exception', 'rejection'] as const)('that meets an uncaught %s ends with code 1 (P-06)', async (how) => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'uncaught', how } })
    daemon.signal('SIGUSR2')
    expect((await daemon.ended()).code).toBe(1)
    expect(daemon.log.messages().at(-1)).toContain('nobody catches this')
  })

  test.each([24, -24])('whose clock is set by %i hours stays locked and tells it (T-01, T-02)', async (hours) => {
    await using stage = await Stage.set({ rules: LOSS })
    stage.configure({ api: { environment: 'production' } })
    const offsetMs = stage.gateway.clock.now() - Date.now()
    const fault = { kind: 'wall-clock', offsetMs, stepMs: hours * 3_600_000 } as const
    const daemon = await stage.startTrustedDaemon({ fault })
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    daemon.signal('SIGUSR2')
    await daemon.log.awaitLine('told', (line) => line['alert'] === 'clock-gap')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('flat again', () => stage.trader().isFlat)
    expect(daemon.log.find((line) => ['lockout-ended', 'reset-crossed'].includes(line.event ?? ''))).toBeUndefined()
    expect((await daemon.stop()).code).toBe(0)
  })

  test('whose memory is never given back tells it before Node ends it, and goes on protecting (P-09)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    // A young generation of the usual size would be a third of the limit.
    const nodeFlags = ['--max-old-space-size=128', '--max-semi-space-size=1']
    const daemon = await stage.startTrustedDaemon({ nodeFlags, fault: { kind: 'retain', share: 0.85 } })
    expect(daemon.log.find(({ alert }) => alert === 'memory-high')).toBeUndefined()
    daemon.signal('SIGUSR2')
    const alert = await daemon.log.awaitLine('the alert', (line) => line['alert'] === 'memory-high')
    expect(alert).toMatchObject({ event: 'alert', severity: 'critical' })
    expect(Number(alert['heapBytes'])).toBeGreaterThan(0.8 * Number(alert['heapLimitBytes']))
    stage.trader().buy('MNQ', 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect((await daemon.stop()).code).toBe(0)
  })

  test('whose gateway is blocked in the hosts file tells it, and distrusts its account (X-07)', async ({ task }) => {
    await using stage = await Stage.set({ rules: { ...RULES, auth_loss_guard: { enabled: true } } })
    const { gateway } = stage
    const url = gateway.url.replace('127.0.0.1', 'localhost')
    const hubs = { user_hub_url: `${url}${hubPaths.user}`, market_hub_url: `${url}${hubPaths.market}` }
    stage.configure({ api: { api_url: url, ...hubs } })
    const daemon = await stage.startTrustedDaemon({ fault: { kind: 'hosts-file', address: UNREACHABLE } })
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    daemon.signal('SIGUSR2')
    // Connections that stand go on standing; whoever blocks a host cuts them.
    gateway.faults.rest('any', { verb: 'rst', at: 'start' }, { times: null })
    for (const hub of ['user', 'market'] as const) gateway.faults.hub(hub, { verb: 'rst' })
    const begun = performance.now()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'UNTRUSTED')
    const alert = await daemon.log.awaitLine('the alert', (line) => line.event === 'alert')
    measure(task, begun)
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(alert).toMatchObject({ alert: 'stream-down' })
    expect(stage.trader().position('MNQ')).toBe(1)
    expect((await daemon.stop()).code).toBe(0)
  })

  test('that is told of proxies goes straight to the gateway (X-07)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const nobody = 'http://127.0.0.1:9'
    const environment = { HTTP_PROXY: nobody, HTTPS_PROXY: nobody, ALL_PROXY: nobody, http_proxy: nobody }
    await stage.startTrustedDaemon({ environment })
    stage.trader().buy('MNQ', 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('that has no descriptor left goes on protecting, by connections that stand (P-12)', async () => {
    await using stage = await Stage.set({ rules: LOSS })
    const trader = stage.trader()
    const daemon = await stage.startTrustedDaemon({ descriptors: 64, fault: { kind: 'descriptors' } })
    daemon.signal('SIGUSR2')
    const unwatched = await daemon.log.awaitLine('nothing can be opened', (line) => line.event === 'config-unwatched')
    expect(unwatched.msg).toContain('EMFILE')
    await pause(DESCRIPTORLESS_MS)
    await trader.loseOnEs(48)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    // Two closes at once, and perhaps one connection.
    await Promise.all([trader.enters('MNQ', OrderSide.buy, 1), trader.enters('MES', OrderSide.buy, 1)])
    await stage.awaitVenue('flat', () => trader.isFlat)
    await daemon.kill()
    const successor = await stage.startTrustedDaemon()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    expect((await successor.stop()).code).toBe(0)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('whose output nobody reads never waits for it (P-12)', async () => {
    await using stage = await Stage.set({ rules: RULES, general: { logging: { level: 'DEBUG', console: true } } })
    const daemon = stage.startDaemon()
    daemon.child.stdout?.removeAllListeners('data').pause()
    await daemon.running()
    await trusted(daemon.log, [FIRST_ACCOUNT])
    for (let round = 0; round < 3; round += 1) {
      await stage.trader().enters('MNQ', OrderSide.buy, 2)
      await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    }
    expect(readFileSync(`/proc/${daemon.pid}/cmdline`, 'utf8')).not.toContain('practice-key')
    daemon.child.stdout?.resume()
    expect((await daemon.stop()).code).toBe(0)
  })
})

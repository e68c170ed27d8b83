import { chownSync, chmodSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import path from 'node:path'
import { ControlClient, type DaemonReport, HEALTH_PATH, READY_PATH, socketPath } from '@rm/control-api'
import { usdToDecimalText } from '@rm/domain'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { freePort } from '../harness/free-port.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = {
  max_contracts: { enabled: true, limit: 5 },
  daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false },
}

/** A busy machine may let a test wait; only the bounds of the product are asserted. */
const PATIENCE = { timeout: 30_000 }

function controlFolder(stage: Stage): string {
  return path.join(stage.dataDirectory, 'control')
}

function client(stage: Stage, role: 'admin' | 'trader'): ControlClient {
  return new ControlClient(socketPath(controlFolder(stage), role))
}

function only({ accounts }: DaemonReport) {
  const [account, ...others] = accounts
  if (account === undefined || others.length > 0) throw new RangeError(`${others.length + 1} accounts`)
  return account
}

describe.concurrent('the local API', () => {
  test('tells the same numbers as the ledger of the venue', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await using trader = client(stage, 'trader')
    const before = await trader.call('report', {})
    expect(before).toMatchObject({ run: 1, timeTrusted: true, streams: { user: { up: true }, market: { up: true } } })
    expect(only(before)).toMatchObject({ id: FIRST_ACCOUNT, word: 'ACTIVE', because: [], positions: [] })
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('known', () => stage.trader().position('MNQ') === 2)
    const positions = async () => only(await trader.call('report', {})).positions
    await expect.poll(positions, PATIENCE).toMatchObject([{ signedSize: 2 }])
    const held = only(await trader.call('report', {}))
    expect(held.limits).toContainEqual(
      expect.objectContaining({ rule: 'RULE-001', measure: { unit: 'contracts', used: 2, limit: 5, left: 3 } }),
    )
    await stage.trader().loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    const locked = only(await trader.call('report', {}))
    const balance = stage.gateway.exchange.accounts().find(({ id }) => id === FIRST_ACCOUNT)?.balance
    expect(locked.balance === null ? null : Number(usdToDecimalText(locked.balance))).toBe(balance)
    expect(locked.lockouts).toMatchObject([{ rule: 'RULE-003', effect: 'flat', endsWith: 'next daily reset' }])
    // A venue without a past: the week is the day, once its trades are read.
    const isWeekTheDay = async () => {
      const { net, gross, costs, week } = only(await trader.call('report', {})).pnl
      return week !== null && week.net === net && week.gross === gross && week.costs === costs && net < 0
    }
    await expect.poll(isWeekTheDay, PATIENCE).toBe(true)
    const { lockouts } = await trader.call('lockouts', {})
    expect(lockouts).toMatchObject([{ accountId: FIRST_ACCOUNT, rule: 'RULE-003', endedAt: null }])
    const { breaches } = await trader.call('breaches', {})
    expect(breaches[0]).toMatchObject({ rule: 'RULE-003' })
    const { explanations } = await trader.call('explanations', { id: breaches[0]?.id })
    expect(explanations[0]?.lines.join('\n')).toContain('RULE-003')
    expect((await trader.call('calendar', {})).accounts).toMatchObject([{ accountId: FIRST_ACCOUNT, session: null }])
    expect((await trader.call('settings', {})).accounts[0]?.rules).toMatchObject({ max_contracts: { limit: 5 } })
    expect(await trader.page(HEALTH_PATH)).toMatchObject({ status: 200 })
    expect(await trader.page(READY_PATH)).toMatchObject({ status: 200 })
  })

  test('flattens and locks by order of the administrator within two seconds, and nobody undoes it (E-20)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await using admin = client(stage, 'admin')
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    const ordered = performance.now()
    const { done } = await admin.call('panic', { account: 'all', reason: 'a drill' })
    expect(done).toContain(String(FIRST_ACCOUNT))
    await stage.awaitVenue('flat', () => stage.trader().isFlat)
    Object.assign(task.meta, { measuredMs: performance.now() - ordered })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await daemon.kill()
    await using successor = await stage.startTrustedDaemon()
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('flat again', () => stage.trader().isFlat)
    expect(only(await admin.call('report', {})).lockouts).toMatchObject([
      { rule: 'ADMIN-PANIC', reason: 'Panic: a drill' },
    ])
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
    await successor.stop()
  })

  test('has no route for a trader that changes anything, and none that unlocks for anybody (X-05, S-17)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await using trader = client(stage, 'trader')
    for (const call of [
      () => trader.call('panic', { account: 'all' }),
      () => trader.call('stop', { yes: true }),
      () => trader.call('reload', {}),
      () => trader.call('audit', {}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'CALL_REFUSED', details: { status: 403, type: 'forbidden' } })
    }
    await daemon.log.awaitLine('told', (line) => line.event === 'call-denied')
    await using admin = client(stage, 'admin')
    expect(await admin.page('/v1/unlock')).toMatchObject({ status: 404 })
    const { records } = await admin.call('audit', { limit: 1000 })
    expect(
      records
        .filter(({ action }) => action === 'call-denied')
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(['audit', 'panic', 'reload', 'stop'])
    expect(records.find(({ action }) => action === 'call-denied')?.actor).toBe('trader')
  })

  test('tells what people were called for, and that somebody knows of it (L-12)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await using admin = client(stage, 'admin')
    stage.trader().buy('MNQ', 7)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
    const told = async () => (await admin.call('alerts', {})).alerts
    await expect.poll(told, PATIENCE).toMatchObject([{ code: 'RULE-001' }])
    const { alerts } = await admin.call('alerts', {})
    await admin.call('acknowledge', { id: alerts[0]?.id ?? '' })
    expect((await admin.call('alerts', {})).alerts[0]?.acknowledgedAt).not.toBeNull()
    await expect(admin.call('acknowledge', { id: 'none' })).rejects.toMatchObject({ details: { status: 404 } })
  })

  test('is stopped by the administrator, with a word more while a lockout is in force', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await using admin = client(stage, 'admin')
    await admin.call('panic', { account: String(FIRST_ACCOUNT) })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await expect(admin.call('stop', {})).rejects.toMatchObject({ details: { status: 409 } })
    await admin.call('stop', { yes: true })
    expect(await daemon.ended()).toMatchObject({ code: 0 })
    await expect(admin.call('report', {})).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' })
  })

  test('refuses what is too large, not understood or unknown, and goes on', async () => {
    await using opened = await Stage.open({ rules: RULES })
    await using admin = client(opened.stage, 'admin')
    await expect(admin.call('panic', { account: 'x'.repeat(70_000) })).rejects.toMatchObject({
      details: { status: 413 },
    })
    await expect(admin.call('panic', { account: '' })).rejects.toMatchObject({ details: { status: 400 } })
    await expect(admin.call('panic', { account: 'nobody' })).rejects.toMatchObject({ details: { status: 404 } })
    expect(only(await admin.call('report', {})).word).toBe('ACTIVE')
  })

  test('answers a trader who asks in a loop so often and no more, and the administrator all the same (X-10)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    await using trader = client(opened.stage, 'trader')
    await using admin = client(opened.stage, 'admin')
    // As many at once as there may be connections; more than that find none.
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => trader.call('report', {})))
    const refused = answers.filter((one) => one.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toMatchObject({ details: { status: 429, type: 'too-many' } })
    expect(only(await admin.call('report', {})).word).toBe('ACTIVE')
  })

  test('tells every change as it happens', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage } = opened
    await using trader = client(stage, 'trader')
    let reports = 0
    let hasTraded = false
    const events = new Set<unknown>()
    for await (const change of trader.changes(AbortSignal.timeout(60_000))) {
      if (change.kind === 'line') events.add(change.line['event'])
      else reports += 1
      // Whoever begins to follow is told the state at once; what happens from then on comes as it happens.
      if (!hasTraded) stage.trader().buy('MNQ', 7)
      hasTraded = true
      if (reports > 1 && events.has('breach-begun')) break
    }
    expect(reports).toBeGreaterThan(1)
  })
})

describe.concurrent('monitoring', () => {
  test('is told what the daemon does, by programs of this machine alone (X-03)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const port = await freePort()
    stage.configure({ general: { control: { monitoring_port: port } } })
    await using daemon = await stage.startTrustedDaemon()
    stage.trader().buy('MNQ', 7)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
    const read = async (headers: Record<string, string> = {}) => {
      const answer = await request(`http://127.0.0.1:${port}/metrics`, { headers })
      return { status: answer.statusCode, text: await answer.body.text() }
    }
    const { status, text } = await read()
    expect(status).toBe(200)
    for (const line of [
      'risk_manager_breaches_total{rule="RULE-001"} 1',
      `risk_manager_account_state{account="${FIRST_ACCOUNT}",word="HALTED"} 0`,
      'risk_manager_stream_up{stream="user"} 1',
      'risk_manager_event_to_request_seconds_count 1',
    ]) {
      expect(text).toContain(line)
    }
    for (const foreign of [
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await read(foreign)).status).toBe(403)
    }
    await daemon.stop()
  })

  test('a thousand callers who say nothing do not reach the event loop (X-10)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const socket = socketPath(controlFolder(stage), 'trader')
    const callers = Array.from({ length: 1_000 }, () => connect(socket).on('error', () => {}))
    for (const caller of callers) caller.write('GET /v1/report HTTP/1.1\r\nHost: ')
    await stage.trader().enters('MNQ', OrderSide.buy, 7)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 5)
    expect(daemon.log.find((line) => line['alert'] === 'event-loop-stalled')).toBeUndefined()
    for (const caller of callers) caller.destroy()
    await using trader = client(stage, 'trader')
    await expect
      .poll(
        () =>
          trader
            .call('report', {})
            .then(only)
            .catch(() => null),
        PATIENCE,
      )
      .not.toBeNull()
  })
})

test.skipIf(process.getuid?.() !== 0)(
  'another user reads by the trader socket and changes nothing (X-01, X-05)',
  async () => {
    await using stage = await Stage.set({ rules: RULES })
    const shared = path.join(stage.dataDirectory, '..', 'shared')
    stage.configure({ general: { control: { folder: shared } } })
    await using daemon = await stage.startTrustedDaemon()
    chmodSync(path.dirname(shared), 0o711)
    chownSync(path.dirname(shared), 0, 0)
    expect(statSync(socketPath(shared, 'admin')).mode & 0o777).toBe(0o600)
    const asNobody = (role: string, route: string) =>
      spawnSync(
        'curl',
        ['--silent', '--show-error', '--unix-socket', path.join(shared, `${role}.sock`), `http://d${route}`],
        {
          uid: 65534,
          gid: 65534,
          encoding: 'utf8',
        },
      )
    expect(JSON.parse(asNobody('trader', '/v1/report').stdout)).toMatchObject({ run: 1 })
    expect(asNobody('admin', '/v1/report').stderr).toMatch(/denied|connect/i)
    await daemon.stop()
  },
)

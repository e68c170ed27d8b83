import { AccountId, endInstant, formatInstant, sumUsd, usdOf } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { Scene, settingsOf, TRADER } from './scene.ts'

const NEIGHBOUR = AccountId.parse(7_001_002)
const LOSS = settingsOf('daily_realized_loss', { limit: -500 })
const MANAGED = settingsOf('trade_management', {
  enabled: true,
  auto_stop_loss: { enabled: true, distance_ticks: 40 },
  auto_take_profit: { enabled: true, distance_ticks: 60 },
  trailing_stop: { enabled: true, activation_ticks: 20, trail_distance_ticks: 20 },
})
const STOP = settingsOf('trade_management', {
  enabled: true,
  auto_stop_loss: { enabled: true, distance_ticks: 40 },
})

/** Realized net of all that the book counts, beside what the exchange's trades make. */
function checkMoney(scene: Scene): void {
  const booked = sumUsd(scene.state().book.trades.map(({ realized }) => realized.net))
  const traded = scene.exchange
    .trades(TRADER)
    .filter(({ voided }) => !voided)
    .reduce((sum, { profitAndLoss, fees, commissions }) => sum + (profitAndLoss ?? 0) - fees - (commissions ?? 0), 0)
  expect(booked).toBe(usdOf(Math.round(traded * 10_000) / 10_000))
}

/** A close that won something, long enough ago that a look with five minutes of overlap does not reach it. */
async function longAgo(scene: Scene): Promise<number> {
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(100)
  scene.move(40)
  scene.trade('sell', 2)
  await scene.run(400_000)
  const closing = scene.exchange.trades(TRADER).at(-1)
  if (closing === undefined) throw new Error('nothing was traded')
  return closing.id
}

describe('a trade of the morning that the firm takes back unheard', () => {
  test('is found after the stream was down', async () => {
    using scene = await Scene.open({ rules: LOSS })
    const tradeId = await longAgo(scene)
    scene.gateway.lose('user')
    await scene.run(100)
    scene.exchange.voidTrade(TRADER, tradeId)
    await scene.run(100)
    scene.gateway.restore('user')
    await scene.run(1_000)
    checkMoney(scene)
  })

  test('is found by the balance where the stream lost its event', async () => {
    using scene = await Scene.open({ rules: LOSS })
    const tradeId = await longAgo(scene)
    scene.gateway.isDropped = (event) => event.kind !== 'quote'
    scene.exchange.voidTrade(TRADER, tradeId)
    await scene.run(100)
    scene.gateway.isDropped = () => false
    await scene.run(95_000)
    checkMoney(scene)
  })
})

/** Nobody has told the time when the program starts; a moment later the gateway does. */
async function clockOfTheStart(scene: Scene, { aheadMs }: { readonly aheadMs: number }): Promise<void> {
  scene.time.trusted = false
  scene.time.skewMs = aheadMs
  await scene.restart()
  await scene.run(10)
  scene.time.skewMs = 0
  scene.time.trusted = true
  await scene.connect()
}

/** What was placed, in order. */
function placed(scene: Scene): readonly string[] {
  return scene.gateway.sent.flatMap(({ command }) => (command.kind === 'place-order' ? [command.protection] : []))
}

test('an entry that is still on its way to the book is cancelled within the bound, although its cancel is refused at first', async () => {
  using scene = await Scene.open({ rules: LOSS, knobs: { fillLatencyMs: [400, 400] } })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-210)
  await scene.until(() => scene.ended('flat-account').length > 0)
  scene.trade('buy', 1, { type: 1, limitPrice: scene.price() - 100 })
  expect(await scene.until(() => scene.isFlat(), 5_000)).toBeLessThan(2_000)
})

test('a position that a stop turned over beside our slow close is closed as soon as the gateway takes the next one', async () => {
  using scene = await Scene.open({ rules: LOSS, knobs: { fillLatencyMs: [350, 350], largestFill: 1 } })
  await scene.connect()
  scene.trade('sell', 4)
  await scene.run(3_000)
  scene.trade('buy', 4, { type: 4, stopPrice: scene.price() + 64 })
  await scene.run(1_000)
  scene.move(256)
  await scene.until(() => scene.size() > 0)
  expect(await scene.until(() => scene.isFlat(), 10_000)).toBeLessThan(5_000)
})

test('a process that stood still unlocks nothing before it has read the account anew', async () => {
  using scene = await Scene.open({ rules: LOSS, timers: { dailyRealizedLoss: { kind: 'for', ms: 60_000 } } })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-210)
  await scene.until(() => scene.ended('flat-account').length > 0)
  scene.kernel.tick()
  scene.gateway.readingFault = () => 'status 503'
  scene.time.set(scene.time.now() + 120_000)
  await scene.run(1_000)
  expect(scene.state().word).toBe('RECONCILING')
  expect(scene.told('lockout-ended')).toEqual([])
  scene.gateway.readingFault = () => null
  await scene.until(() => scene.told('lockout-ended').length > 0, 5_000)
})

test('events that nobody can read do not make a reading each', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  await scene.run(1_000)
  const before = scene.gateway.readings.length
  for (let nth = 0; nth < 100; nth += 1) {
    const receivedMs = scene.time.elapsedMs()
    scene.gateway.tell({ kind: 'payload-faulted', accountId: TRADER, reason: 'size is not a number', receivedMs })
    await scene.run(50)
  }
  expect(scene.gateway.readings.length - before).toBeLessThanOrEqual(11)
  await scene.run(1_000)
  expect(scene.state().word).toBe('ACTIVE')
})

test('a reduction that filled in parts is not repeated from the size between them, in whatever order its events come (E-04)', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    using scene = await Scene.open({
      rules: settingsOf('max_contracts', { limit: 3 }),
      knobs: { largestFill: 1, eventOrder: 'shuffled' },
      seed,
    })
    // The answer is known before the stream tells of the fills.
    Object.assign(scene.gateway.delays, { requestMs: 10, replyMs: 10, streamMs: 40 })
    scene.trade('sell', 5)
    await scene.connect()
    await scene.run(5_000)
    expect(scene.size()).toBe(-3)
  }
})

describe('a reset that is still to come', () => {
  test('is processed although the clock of the start was past it (T-01, L-08)', async () => {
    using scene = await Scene.open({ rules: LOSS, startsAt: '2026-11-18T22:59:00Z' })
    await clockOfTheStart(scene, { aheadMs: 3_000_000 })
    await scene.run(90_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })

  test('is processed once where that clock was right', async () => {
    using scene = await Scene.open({ rules: LOSS, startsAt: '2026-11-18T22:59:00Z' })
    await clockOfTheStart(scene, { aheadMs: 0 })
    await scene.run(90_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })
})

describe('at the first commit that the disk refuses', () => {
  test('a stop is placed and a target waits (S-01, D-05)', async () => {
    using scene = await Scene.open({ rules: MANAGED })
    await scene.connect()
    scene.journal.fault = 'SQLITE_FULL'
    scene.trade('buy', 1)
    await scene.run(3_000)
    expect(placed(scene)).toEqual(['stop'])
    scene.journal.fault = null
    await scene.run(10_000)
    expect(placed(scene)).toEqual(['stop', 'target'])
  })

  test('a stop that follows the market waits where it stands (S-01, D-05)', async () => {
    using scene = await Scene.open({ rules: MANAGED })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(3_000)
    scene.journal.fault = 'SQLITE_FULL'
    scene.move(30)
    await scene.run(3_000)
    expect(scene.sent().filter((text) => text.startsWith('modify'))).toEqual([])
    scene.journal.fault = null
    await scene.run(10_000)
    expect(scene.sent().filter((text) => text.startsWith('modify stop'))).toHaveLength(1)
  })
})

test('a trade that the stream lost is read by the next comparison, although business time was ahead at the last one (G-21, R-16)', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.time.trusted = false
  scene.time.skewMs = 2_400_000
  await scene.run(31_000)
  scene.time.skewMs = 0
  scene.gateway.isDropped = (event) => event.kind === 'trade'
  scene.trade('buy', 1)
  const comparisons = (): number => scene.gateway.readings.filter(({ kind }) => kind === 'account').length
  const before = comparisons()
  await scene.until(() => comparisons() > before, 40_000)
  await scene.run(200)
  checkMoney(scene)
})

test('a loss of the new day locks until its end, although nobody can see whether that of the day before is over (L-02, R-26)', async () => {
  using scene = await Scene.open({ rules: LOSS, startsAt: '2026-11-18T21:50:00Z' })
  await scene.connect()
  await lose(scene)
  expect(lockedUntil(scene)).toEqual(['2026-11-18T23:00:00.000Z'])
  scene.gateway.lose('user')
  scene.time.set(Date.parse('2026-11-18T22:59:59Z'))
  await scene.run(5_000)
  expect(scene.told('reset-crossed')).toHaveLength(1)
  await lose(scene)
  expect(lockedUntil(scene)).toEqual(['2026-11-19T23:00:00.000Z'])
})

/** More than the limit, in one trade. */
async function lose(scene: Scene): Promise<void> {
  scene.trade('buy', 10)
  await scene.run(50)
  scene.move(-200)
  await scene.until(() => scene.size() === 0)
  await scene.run(4_000)
}

function lockedUntil(scene: Scene): readonly string[] {
  return scene.state().lockouts.map(({ end }) => formatInstant(endInstant(end) ?? scene.time.now()))
}

describe('a reset over which the firm bars trading', () => {
  test('loosens nothing, although trading is allowed by the time the account is seen (S-13, P-05)', async () => {
    using scene = await raisedBeforeReset()
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(2_000)
    expect(scene.state().lockouts).toHaveLength(1)
    await standStillOverReset(scene, () => scene.exchange.setCanTrade(TRADER, true))
    expect(scene.state().lockouts).toEqual([])
    expect(scene.actions).not.toContain(`loosened ${TRADER}`)
  })

  test('and its twin without the bar loosens (S-13, P-05)', async () => {
    using scene = await raisedBeforeReset()
    await standStillOverReset(scene, () => undefined)
    expect(scene.actions).toContain(`loosened ${TRADER}`)
  })
})

/** An operator has raised a limit of the account, a minute before the reset. */
async function raisedBeforeReset(): Promise<Scene> {
  const guard = settingsOf('auth_loss_guard', { enabled: true })
  const scene = await Scene.open({
    rules: { ...guard, ...settingsOf('max_contracts', { limit: 3 }) },
    startsAt: '2026-11-18T22:59:00Z',
  })
  await scene.connect()
  scene.configure({ rules: { ...guard, ...settingsOf('max_contracts', { limit: 5 }) } })
  await scene.run(2_000)
  return scene
}

async function standStillOverReset(scene: Scene, meanwhile: () => void): Promise<void> {
  scene.kernel.tick()
  scene.time.set(Date.parse('2026-11-18T23:00:30Z'))
  meanwhile()
  scene.kernel.tick()
  await scene.run(5_000)
}

test('settings loosen after the end of the lockouts before them is durable, also where accounts unlock together (S-13, D-01)', async () => {
  const session = { start: '08:30', end: '09:00', timezone: 'America/Chicago' }
  const hours = settingsOf('session_block_outside', { global_session: session })
  const frequency = settingsOf('trade_frequency_limit', {
    limits: { per_minute: 1, per_hour: null, per_session: null },
  })
  using scene = await Scene.open({
    rules: { ...hours, ...frequency },
    loosening: 'immediate',
    accounts: [NEIGHBOUR, TRADER],
  })
  await scene.connect()
  for (const accountId of [NEIGHBOUR, TRADER, NEIGHBOUR, TRADER]) scene.trade('buy', 1, { accountId })
  await scene.run(2_000)
  scene.configure({ rules: hours })
  scene.kernel.tick()
  scene.time.skewMs = 61_000
  scene.kernel.tick()
  await scene.run(100)
  expect(scene.actions.slice(-3)).toEqual(['commit unlock', 'commit unlock', `loosened ${TRADER}`])
})

test('a stop that was hit unheard is found as ours, although business time was ahead when it was placed (E-17, G-21)', async () => {
  using scene = await Scene.open({ rules: { ...STOP, ...LOSS } })
  await scene.connect()
  scene.time.trusted = false
  scene.time.skewMs = 2_400_000
  scene.gateway.commandFate = () => ({ kind: 'reply-lost' })
  scene.gateway.isDropped = ({ kind }) => kind !== 'position'
  scene.trade('buy', 1)
  await scene.until(() => placed(scene).length === 1)
  scene.time.skewMs = 0
  scene.time.trusted = true
  await scene.until(() => scene.working().length === 1)
  scene.move(-60)
  expect(scene.size()).toBe(0)
  await scene.run(40_000)
  expect(scene.told('command-settled').map(({ record }) => record.state)).toEqual(['effective'])
  const { trades } = scene.store.loadAccount(TRADER, scene.state().lastReset)
  expect(trades.map(({ origin }) => origin).toSorted()).toEqual(['enforcer', 'trader'])
})

test('what was done in a gap is seen beyond the lag of REST, not half a minute later (G-16, R-10)', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 2 }), knobs: { snapshotLagMs: 1_600 } })
  await scene.connect()
  await scene.run(10_000)
  scene.gateway.lose('user')
  await scene.run(100)
  scene.trade('buy', 3)
  await scene.run(100)
  scene.gateway.restore('user')
  await scene.run(5_000)
  expect(scene.size()).toBe(2)
})

test('a reset that came while the time was in doubt is crossed as soon as it no longer is (L-08, T-08)', async () => {
  using scene = await Scene.open({
    rules: settingsOf('max_contracts', { limit: 2 }),
    startsAt: '2026-11-18T22:59:50Z',
  })
  await scene.connect()
  await scene.run(9_000)
  scene.time.trusted = false
  await scene.run(3_000)
  expect(scene.told('reset-crossed')).toEqual([])
  scene.time.trusted = true
  await scene.run(1_500)
  expect(scene.told('reset-crossed')).toHaveLength(1)
})

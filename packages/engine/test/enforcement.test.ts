import { measured } from '@rm/package-config/measured'
import type { CommandOutcome } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { daemonEntries, MES, MNQ, Scene, type SceneOptions, settingsOf, TRADER } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

/** An account with five MNQ whose loss is about to lock it. */
async function aboutToLock(options: Partial<SceneOptions> = {}): Promise<Scene> {
  const scene = await Scene.open({ rules: LOSS, ...options })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  return scene
}

/** An account that is locked and verified flat. */
async function locked(options: Partial<SceneOptions> = {}): Promise<Scene> {
  const scene = await aboutToLock(options)
  scene.move(-210)
  await scene.until(() => scene.ended('flat-account').length > 0)
  return scene
}

function refusal(code: number, message: string | null = null): Extract<CommandOutcome, { kind: 'refused' }> {
  return { kind: 'refused', refusal: 'other', code, message }
}

/** No request of the program makes a position larger or turns it over, on the exchange's own ledger (reliability S-03). */
function checkOnlyReduces(scene: Scene): void {
  for (const entry of daemonEntries(scene.exchange)) {
    if (entry.kind === 'order') {
      expect(Math.sign(entry.position) * (entry.side === 0 ? 1 : -1)).toBe(-1)
      expect(entry.size).toBeLessThanOrEqual(Math.abs(entry.position))
    } else {
      expect(entry.positionAfter * entry.positionBefore).toBeGreaterThanOrEqual(0)
      expect(Math.abs(entry.positionAfter)).toBeLessThan(Math.abs(entry.positionBefore))
    }
  }
}

describe('verification', () => {
  test('a flat goal ends on two clean readings at least 500 ms apart, both after the last command', async () => {
    using scene = await locked()
    const [goal] = scene.told('goal-ended')
    const settledMs = scene.told('command-settled').at(-1)?.toldMs ?? Number.NaN
    const clean = scene.gateway.readings.filter(({ atMs }) => atMs >= settledMs)
    expect(clean.length).toBeGreaterThanOrEqual(2)
    expect((clean.at(-1)?.atMs ?? 0) - (clean[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(500)
    expect(goal?.toldMs).toBeGreaterThanOrEqual(clean.at(-1)?.atMs ?? Number.POSITIVE_INFINITY)
  })

  test('a full reading that waits for its share of the rate budget does not keep the look at a goal back', async () => {
    using scene = await aboutToLock()
    scene.gateway.fullReadingWaitsMs = 26_000
    await scene.run(30_000)
    const readings = scene.gateway.readings.length
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0, 5_000)
    expect(scene.gateway.readings.slice(readings).map(({ kind }) => kind)).toEqual(['exposure', 'exposure'])
    await scene.run(30_000)
    expect(scene.gateway.readings.at(-1)?.kind).toBe('account')
    expect(scene.state().word).toBe('LOCKED')
  })

  test('one clean reading is not enough, and one that is not clean starts over', async () => {
    using scene = await aboutToLock()
    scene.move(-210)
    await scene.until(() => scene.size() === 0)
    const readings = scene.gateway.readings.length
    await scene.until(() => scene.gateway.readings.length > readings)
    await scene.run(100)
    expect(scene.ended('flat-account')).toEqual([])
    scene.trade('buy', 1)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.isFlat()).toBe(true)
    expect(scene.sent().filter((what) => what === 'close')).toHaveLength(2)
  })

  test('two clean readings close to each other prove no more than one', async () => {
    using scene = await aboutToLock()
    scene.move(-210)
    await scene.until(() => scene.size() === 0)
    const readings = scene.gateway.readings.length
    await scene.until(() => scene.gateway.readings.length > readings)
    const firstMs = scene.gateway.readings.at(-1)?.atMs ?? Number.NaN
    await scene.run(100)
    scene.gateway.tell({
      kind: 'payload-faulted',
      accountId: TRADER,
      reason: 'unreadable',
      receivedMs: scene.time.elapsedMs(),
    })
    await scene.run(100)
    expect(scene.gateway.readings.length).toBe(readings + 2)
    expect(scene.ended('flat-account')).toEqual([])
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.gateway.readings.at(-1)?.atMs).toBeGreaterThanOrEqual(firstMs + 500)
  })

  test('while the stream is down nothing is called flat, however clean the readings', async () => {
    using scene = await aboutToLock()
    scene.move(-210)
    await scene.run(30)
    scene.gateway.lose('user')
    await scene.run(9_000)
    expect(scene.isFlat()).toBe(true)
    expect(scene.ended('flat-account')).toEqual([])
    scene.gateway.restore('user')
    await scene.until(() => scene.ended('flat-account').length > 0, 2_000)
  })

  test('a goal that was true already ends as moot', async () => {
    using scene = await Scene.open({
      rules: settingsOf('session_block_outside', { global_session: { start: '08:30', end: '15:00' } }),
      startsAt: '2026-11-18T22:30:00Z',
    })
    await scene.connect()
    await scene.run(5_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.sent()).toEqual([])
    expect(scene.ended('flat-account')).toEqual(['moot'])
  })

  test('readings that fail n times never count as flat; they are repeated, and a human is called', async () => {
    using scene = await aboutToLock()
    scene.gateway.readingFault = () => 'status 503'
    scene.move(-210)
    await scene.run(20_000)
    expect(scene.size()).toBe(0)
    expect(scene.ended('flat-account')).toEqual([])
    expect(scene.alerts()).toContain('reading-failed')
    expect(scene.alerts()).toContain('enforcement-overdue')
    expect(scene.gateway.readings.length).toBeLessThan(20)
    scene.gateway.readingFault = () => null
    await scene.until(() => scene.ended('flat-account').length > 0, 8_000)
  })

  test('nothing gets through for five minutes: the lock stays, a human is called with the exposure, and it is flat soon after (E-21)', async ({
    task,
  }) => {
    using scene = await aboutToLock()
    scene.gateway.commandFate = () => ({ kind: 'request-lost' })
    scene.gateway.readingFault = () => 'no answer'
    const breachMs = scene.time.elapsedMs()
    scene.move(-210)
    await scene.until(() => scene.alerts().includes('enforcement-late'))
    expect(scene.time.elapsedMs() - breachMs).toBeLessThan(5_100)
    await scene.until(() => scene.alerts().includes('enforcement-overdue'))
    // An alarm is bounded from its condition on (B-10), which is the deadline of ten seconds.
    measured(task, scene.time.elapsedMs() - breachMs - 10_000)
    const told = scene.told('alert').find(({ code }) => code === 'enforcement-overdue')
    expect(told?.text).toContain(MNQ)
    scene.gateway.lose('user')
    await scene.run(300_000)
    expect(scene.state().lockouts).toHaveLength(1)
    expect(scene.ended('flat-account')).toEqual([])
    scene.gateway.commandFate = () => ({ kind: 'served' })
    scene.gateway.readingFault = () => null
    scene.gateway.restore('user')
    await scene.until(() => scene.ended('flat-account').length > 0, 10_000)
    expect(scene.size()).toBe(0)
  })

  test('a reading that lags behind the stream by two seconds brings no third close (E-19)', async () => {
    using scene = await aboutToLock({ knobs: { snapshotLagMs: 2_000 } })
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.sent()).toEqual(['close'])
    expect(scene.isFlat()).toBe(true)
  })

  test('a stream that lost the fill: the reading shows the effect, also when it lags', async () => {
    using scene = await aboutToLock({ knobs: { snapshotLagMs: 2_000 } })
    scene.gateway.isDropped = ({ kind }) => kind !== 'quote'
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.sent().length).toBeLessThanOrEqual(3)
    checkOnlyReduces(scene)
  })
})

describe('the standing goal of a lockout', () => {
  test('whoever re-enters is flat again within the bound', async () => {
    using scene = await locked()
    scene.trade('sell', 3)
    const tookMs = await scene.until(() => scene.ended('flat-account').length > 1)
    expect(tookMs).toBeLessThan(2_000)
    expect(scene.isFlat()).toBe(true)
    expect(scene.sent()).toEqual(['close', 'close'])
    expect(scene.told('lockout-set')).toHaveLength(1)
  })

  test('an identical order of the trader beside our reduction is not taken for its effect', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 1 }) })
    await scene.connect()
    scene.trade('sell', 3)
    await scene.until(() => scene.sent().length === 1)
    scene.trade('buy', 2)
    await scene.run(6)
    scene.trade('sell', 4)
    await scene.run(6)
    expect(scene.sent()).toEqual(['reduce 2'])
    await scene.until(() => scene.size() === -1 && scene.state().goals.length === 0)
    checkOnlyReduces(scene)
  })

  test('thirty entries, one a second: each is undone, requests stay bounded, one alert at the third (E-13)', async () => {
    using scene = await locked()
    const readingsBefore = scene.gateway.readings.length
    const sentBefore = scene.gateway.sent.length
    for (let entry = 0; entry < 30; entry += 1) {
      scene.trade(entry % 2 === 0 ? 'buy' : 'sell', 1 + (entry % 3))
      await scene.run(1_000)
      expect(scene.size()).toBe(0)
    }
    await scene.until(() => scene.state().goals.length === 0)
    expect(scene.isFlat()).toBe(true)
    expect(scene.gateway.sent.length - sentBefore).toBe(30)
    // 200 requests a minute are all there is, and a reading costs two of them.
    expect(2 * (scene.gateway.readings.length - readingsBefore)).toBeLessThan(100)
    expect(scene.alerts().filter((code) => code === 'repeated-reentry')).toHaveLength(1)
    checkOnlyReduces(scene)
    // After the trader stops, enforcement traffic stops (reliability L-09).
    const sent = scene.gateway.sent.length
    const readings = scene.gateway.readings.length
    await scene.run(60_000)
    expect(scene.gateway.sent.length).toBe(sent)
    expect(scene.gateway.readings.length - readings).toBeLessThanOrEqual(3)
  })

  test('an order that a locked trader places is cancelled, a suspended bracket child with its entry (E-12)', async () => {
    using scene = await locked()
    scene.trade('buy', 2, {
      type: 1,
      limitPrice: scene.price() - 100,
      stopLossBracket: { ticks: -40, type: 4 },
      takeProfitBracket: { ticks: 40, type: 1 },
    })
    expect(scene.working()).toHaveLength(3)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.sent().slice(1)).toEqual(['cancel'])
  })

  test('an order that is pending for a second is cancelled as soon as it can be, not at the slow pace (E-12)', async () => {
    using scene = await locked()
    scene.exchange.turn({ fillLatencyMs: [1_000, 1_000] })
    const sent = scene.sent().length
    scene.trade('buy', 2, { type: 1, limitPrice: scene.price() - 100 })
    await scene.until(() => scene.working().length === 0, 4_000)
    expect(scene.sent().slice(sent)).toEqual(['cancel', 'cancel', 'cancel'])
  })

  test('an orphan stop that stays after the flatten is a new violation (E-07)', async () => {
    using scene = await locked()
    scene.trade('sell', 2, { type: 4, stopPrice: scene.price() - 100 })
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.told('goal-begun').map(({ goal }) => goal.origin.kind)).toEqual(['breach', 'lockout'])
  })

  test('protective orders stay until the position is gone', async () => {
    using scene = await aboutToLock()
    scene.trade('sell', 5, { type: 4, stopPrice: scene.price() - 300 })
    scene.trade('sell', 5, { type: 1, limitPrice: scene.price() + 100 })
    scene.gateway.commandFate = ({ kind }, nth) =>
      kind === 'close-position' && nth < 2 ? { kind: 'refused', outcome: refusal(5) } : { kind: 'served' }
    scene.move(-210)
    await scene.run(30)
    expect(scene.working()).toHaveLength(2)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    const firstCancel = scene.gateway.sent.findIndex(({ command }) => command.kind === 'cancel-order')
    const effective = scene.gateway.sent.findIndex(({ outcome }) => outcome?.kind === 'accepted')
    expect(effective).toBeLessThan(firstCancel)
  })
})

describe('replies', () => {
  test('a lost reply of a close that was executed: no second close (G-07, G-09)', async () => {
    using scene = await aboutToLock()
    scene.gateway.commandFate = (_command, nth) => (nth === 0 ? { kind: 'reply-lost' } : { kind: 'served' })
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0, 5_000)
    expect(scene.sent()).toEqual(['close'])
    expect(scene.told('command-answered').map(({ record }) => record.outcome?.kind)).toEqual(['unknown'])
  })

  test('a lost request of a close: looked up first, then closed again (G-06, G-08)', async () => {
    using scene = await aboutToLock()
    scene.gateway.commandFate = (_command, nth) => (nth === 0 ? { kind: 'request-lost' } : { kind: 'served' })
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.sent()).toEqual(['close', 'close'])
    const [first, second] = scene.gateway.sent
    const lookedUp = scene.gateway.readings.some(
      ({ atMs }) => atMs >= (first?.answeredMs ?? Infinity) && atMs <= (second?.atMs ?? 0),
    )
    expect(lookedUp).toBe(true)
  })

  test.for([
    ['reply-lost', 1],
    ['request-lost', 2],
  ] as const)('a reduction whose answer was lost (%s) never reduces twice', async ([kind, commands]) => {
    using scene = await Scene.open({
      rules: settingsOf('max_contracts', { limit: 3 }),
      knobs: { snapshotLagMs: 2_000 },
    })
    await scene.connect()
    scene.gateway.commandFate = (_command, nth) => (nth === 0 ? { kind } : { kind: 'served' })
    scene.trade('buy', 5)
    await scene.run(15_000)
    expect(scene.size()).toBe(3)
    expect(scene.sent()).toHaveLength(commands)
    expect(scene.state().goals).toEqual([])
  })

  test.for([
    ['reply-lost', 1],
    ['request-lost', 2],
  ] as const)('the same with a stream that hides the fill (%s)', async ([kind, commands]) => {
    using scene = await Scene.open({
      rules: settingsOf('max_contracts', { limit: 3 }),
      knobs: { snapshotLagMs: 2_000 },
    })
    await scene.connect()
    scene.gateway.commandFate = (_command, nth) => (nth === 0 ? { kind } : { kind: 'served' })
    scene.trade('buy', 5)
    await scene.run(10)
    scene.gateway.isDropped = ({ kind: what }) => what !== 'quote'
    await scene.run(15_000)
    expect(scene.size()).toBe(3)
    expect(scene.sent()).toHaveLength(commands)
    expect(scene.state().goals).toEqual([])
  })

  test('a request that was never sent is repeated soon, then more slowly', async () => {
    using scene = await aboutToLock()
    let isDown = true
    scene.gateway.commandFate = () => (isDown ? { kind: 'not-sent' } : { kind: 'served' })
    scene.move(-210)
    await scene.run(60_000)
    expect(scene.sent().length).toBeGreaterThan(10)
    expect(scene.sent().length).toBeLessThan(25)
    expect(scene.alerts()).toContain('enforcement-overdue')
    expect(scene.state().goals.map(({ state }) => state)).toEqual(['escalated'])
    isDown = false
    await scene.until(() => scene.size() === 0, 5_100)
    await scene.until(() => scene.ended('flat-account').length > 0, 2_000)
  })

  test('a refused close: the exact size once, then a slow retry and an alert, until it works (E-01)', async () => {
    using scene = await aboutToLock()
    let isRefusing = true
    scene.gateway.commandFate = () => (isRefusing ? { kind: 'refused', outcome: refusal(5) } : { kind: 'served' })
    scene.move(-210)
    await scene.run(500)
    expect(scene.sent()).toEqual(['close', 'reduce 5'])
    expect(scene.alerts()).toEqual(['enforcement-refused'])
    await scene.run(20_000)
    expect(scene.sent().length).toBeGreaterThanOrEqual(5)
    expect(scene.sent().length).toBeLessThanOrEqual(7)
    expect(scene.sent().slice(2)).not.toContain('reduce 5')
    isRefusing = false
    await scene.until(() => scene.isFlat(), 5_500)
  })

  test('a gateway that says “not found” again and again is not hammered', async () => {
    using scene = await aboutToLock()
    scene.gateway.commandFate = () => ({
      kind: 'refused',
      outcome: { kind: 'refused', refusal: 'not-found', code: 2, message: null },
    })
    scene.move(-210)
    await scene.run(60_000)
    expect(scene.sent().length).toBeLessThan(16)
    scene.gateway.commandFate = () => ({ kind: 'served' })
    await scene.until(() => scene.isFlat(), 5_500)
  })

  test('the account is rejected: halted, retried every 30 s, and no longer halted once a command is accepted (A-11)', async () => {
    using scene = await aboutToLock()
    scene.gateway.commandFate = () => ({
      kind: 'refused',
      outcome: { kind: 'refused', refusal: 'account-rejected', code: 8, message: 'follower' },
    })
    scene.move(-210)
    await scene.run(65_000)
    expect(scene.state().word).toBe('HALTED')
    expect(scene.sent()).toHaveLength(3)
    scene.gateway.commandFate = () => ({ kind: 'served' })
    await scene.until(() => scene.isFlat() && scene.state().word === 'LOCKED')
  })

  test('an accepted close that the venue rejects afterwards is repeated', async () => {
    using scene = await aboutToLock({ knobs: { fillLatencyMs: [50, 50] } })
    scene.gateway.commandFate = (_command, nth) => (nth === 0 ? { kind: 'request-lost' } : { kind: 'served' })
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.isFlat()).toBe(true)
  })

  test('a cancel that finds no order may mean a fill: the position is read and closed (E-08)', async () => {
    using scene = await locked()
    scene.gateway.delays.streamMs = 400
    const price = scene.price()
    scene.trade('buy', 2, { type: 1, limitPrice: price - 4 })
    await scene.run(405)
    // Fills while the cancel is on its way; the stream tells later.
    scene.move(-20)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.sent()).toContain('cancel')
    expect(scene.sent().filter((what) => what === 'close')).toHaveLength(2)
    checkOnlyReduces(scene)
  })
})

describe('a closed market', () => {
  test('closes are parked, a human is told once, and the goal is carried out within 5 s of the opening (E-09)', async () => {
    let isOpen = true
    using scene = await aboutToLock({ isMarketOpen: () => isOpen })
    isOpen = false
    scene.gateway.commandFate = () =>
      isOpen
        ? { kind: 'served' }
        : { kind: 'refused', outcome: { kind: 'refused', refusal: 'market-closed', code: 5, message: null } }
    scene.move(-210)
    await scene.run(100_000)
    expect(scene.sent()).toHaveLength(4)
    expect(scene.alerts()).toContain('market-closed')
    expect(scene.state().goals).toHaveLength(1)
    await scene.run(3_000)
    isOpen = true
    await scene.until(() => scene.isFlat(), 5_100)
  })

  test('a halt of some seconds in open hours is over soon after it heals (E-10)', async () => {
    using scene = await aboutToLock()
    let isHalted = true
    scene.gateway.commandFate = () =>
      isHalted
        ? { kind: 'refused', outcome: { kind: 'refused', refusal: 'market-closed', code: 5, message: null } }
        : { kind: 'served' }
    scene.move(-210)
    await scene.run(10_000)
    isHalted = false
    const tookMs = await scene.until(() => scene.isFlat(), 5_100)
    expect(tookMs).toBeLessThanOrEqual(5_100)
  })
})

describe('fills beside our own', () => {
  test('a cap with another fill in flight goes on until it is kept, never overshoots and never turns over', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 5 }) })
    await scene.connect()
    scene.trade('buy', 7)
    await scene.run(15)
    scene.trade('buy', 2)
    await scene.until(() => scene.size() === 5 && scene.state().goals.length === 0)
    await scene.run(5_000)
    expect(scene.size()).toBe(5)
    checkOnlyReduces(scene)
  })

  test.for([0, 5, 15, 20, 25, 35, 45, 55])(
    'the trader reduces himself %d ms after the breach: at most one needless contract goes, none turns over',
    async (ms) => {
      using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 5 }) })
      await scene.connect()
      scene.trade('buy', 7)
      await scene.run(ms)
      scene.trade('sell', 4)
      await scene.run(10_000)
      expect(scene.size()).toBeGreaterThanOrEqual(1)
      expect(scene.size()).toBeLessThanOrEqual(3)
      expect(scene.state().goals).toEqual([])
      checkOnlyReduces(scene)
    },
  )

  test.for([0, 5, 15, 20, 25, 35, 45, 55])('the position turns over %d ms after the breach', async (ms) => {
    using scene = await aboutToLock()
    scene.move(-210)
    await scene.run(ms)
    scene.trade('sell', 8)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    checkOnlyReduces(scene)
    expect(scene.sent().filter((what) => what === 'close').length).toBeLessThanOrEqual(3)
  })

  test.for([1, 2, 3])('fills of at most %d contracts: what is left is taken from a fresh size', async (largestFill) => {
    using scene = await Scene.open({
      rules: settingsOf('max_contracts', { limit: 2 }),
      knobs: { largestFill, fillLatencyMs: [30, 30] },
    })
    await scene.connect()
    scene.trade('buy', 7)
    await scene.run(10_000)
    expect(scene.size()).toBe(2)
    expect(scene.state().goals).toEqual([])
    checkOnlyReduces(scene)
  })

  test('an order that fills between the cancel and the close is closed too (E-05)', async () => {
    using scene = await aboutToLock()
    const price = scene.price()
    scene.trade('buy', 3, { type: 1, limitPrice: price - 220 * 0.25 })
    await scene.run(1_000)
    scene.move(-210)
    await scene.run(28)
    scene.move(-20)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.isFlat()).toBe(true)
    checkOnlyReduces(scene)
  })

  test('several contracts are closed in one turn, the largest loss first (E-11, M-03)', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 2, { contractId: MES })
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.move(-100)
    scene.move(-180, MES)
    await scene.until(() => scene.ended('flat-account').length > 0)
    const closed = scene.gateway.sent.map(({ command, atMs }) => [command.contractId, atMs])
    expect(closed.map(([contractId]) => contractId)).toEqual([MES, MNQ])
    expect(closed[0]?.[1]).toBe(closed[1]?.[1])
  })

  test('events of a fill in any order end the same way (R-14)', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      using scene = await Scene.open({
        rules: settingsOf('max_contracts', { limit: 2 }),
        knobs: { eventOrder: 'shuffled', fillLatencyMs: [0, 10] },
        seed,
      })
      await scene.connect()
      scene.trade('buy', 5)
      await scene.run(4_000)
      expect(scene.size()).toBe(2)
      expect(scene.sent()).toEqual(['reduce 3'])
      expect(scene.store.loadAccount(TRADER, scene.state().lastReset).trades.map(({ origin }) => origin)).toEqual([
        'trader',
        'enforcer',
      ])
    }
  })
})

test('every command has exactly one outcome row, also when its effect was seen before the answer', async () => {
  using scene = await locked()
  scene.trade('buy', 2)
  await scene.until(() => scene.ended('flat-account').length > 1)
  await scene.run(1_000)
  const answered = scene.told('command-answered').map(({ record }) => record.id)
  const settled = scene.told('command-settled').map(({ record }) => record.id)
  const sent = scene.told('command-sent').map(({ record }) => record.id)
  expect(answered.toSorted()).toEqual(sent.toSorted())
  expect(settled.toSorted()).toEqual(sent.toSorted())
  expect(scene.store.loadAccount(TRADER, scene.state().lastReset).commands).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { daemonEntries, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

/** Where the process dies, relative to the k-th commit. */
const DEATHS = ['before the commit', 'after the commit, before its requests', 'after its requests'] as const

function dieAt(scene: Scene, nth: number, death: (typeof DEATHS)[number]): void {
  const { journal } = scene
  if (death === 'before the commit') {
    journal.beforeCommit = (count) => {
      if (count === nth) scene.kill()
    }
    return
  }
  const note = journal.afterCommit
  journal.afterCommit = (count, record) => {
    note(count, record)
    if (count !== nth) return
    if (death === 'after its requests') scene.time.whenIdle(() => scene.kill())
    else scene.kill()
  }
}

function checkAudit(scene: Scene): void {
  expect(scene.store.verifyAudit()).toMatchObject({ ok: true })
}

/** Only requests that make a position smaller, and each breach durable once. */
function checkLedger(scene: Scene): void {
  for (const entry of daemonEntries(scene.exchange)) {
    if (entry.kind === 'order') expect(entry.size).toBeLessThanOrEqual(Math.abs(entry.position))
    else expect(entry.positionAfter * entry.positionBefore).toBeGreaterThanOrEqual(0)
  }
}

describe.for(DEATHS)('the process dies %s', (death) => {
  test('while a loss locks the account: it ends locked and flat, whichever commit it was', async () => {
    for (let nth = 1; ; nth += 1) {
      using scene = await Scene.open({ rules: LOSS })
      await scene.connect()
      scene.trade('buy', 5)
      scene.trade('sell', 5, { type: 4, stopPrice: scene.price() - 300 })
      await scene.run(1_000)
      dieAt(scene, scene.journal.committed.length + nth, death)
      scene.move(-210)
      await scene.run(3_000)
      const hasDied = !scene.journal.isAlive
      await scene.restart()
      await scene.connect()
      await scene.until(() => scene.isFlat() && scene.state().goals.length === 0, 12_000)
      expect(scene.state().word).toBe('LOCKED')
      expect(scene.state().lockouts).toHaveLength(1)
      expect(scene.state().inFlight).toEqual([])
      expect(daemonEntries(scene.exchange).filter(({ kind }) => kind === 'fill')).toHaveLength(1)
      checkAudit(scene)
      checkLedger(scene)
      if (!hasDied) {
        expect(nth).toBeGreaterThan(3)
        return
      }
    }
  })

  test.for([0, 2_000])('while a size is reduced (readings lag %d ms): never below the limit', async (snapshotLagMs) => {
    for (let nth = 1; ; nth += 1) {
      using scene = await Scene.open({
        rules: settingsOf('max_contracts', { limit: 3 }),
        knobs: { snapshotLagMs },
      })
      await scene.connect()
      dieAt(scene, scene.journal.committed.length + nth, death)
      scene.trade('buy', 5)
      await scene.run(3_000)
      const hasDied = !scene.journal.isAlive
      await scene.restart()
      await scene.connect()
      await scene.until(() => scene.size() === 3 && scene.state().goals.length === 0, 15_000)
      await scene.run(10_000)
      expect(scene.size()).toBe(3)
      expect(scene.state().goals).toEqual([])
      checkAudit(scene)
      checkLedger(scene)
      if (!hasDied) {
        expect(nth).toBeGreaterThan(3)
        return
      }
    }
  })
})

test('killed right after the breach, re-entered while it was down: locked, flat, nothing counted twice', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  dieAt(scene, scene.journal.committed.length + 1, 'after the commit, before its requests')
  scene.move(-210)
  await scene.run(60_000)
  scene.trade('sell', 5)
  scene.trade('buy', 3)
  await scene.run(30_000)
  await scene.restart()
  await scene.connect()
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  expect(scene.state().word).toBe('LOCKED')
  const stored = scene.store.loadAccount(TRADER, scene.state().lastReset).trades
  expect(new Set(stored.map(({ trade }) => trade.id)).size).toBe(stored.length)
  expect(new Set(stored.map(({ trade }) => Number(trade.id)))).toEqual(
    new Set(scene.exchange.trades(TRADER).map(({ id }) => id)),
  )
  checkAudit(scene)
})

test('a command of an earlier run is looked up before anything is repeated', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.gateway.commandFate = () => ({ kind: 'request-lost' })
  dieAt(scene, scene.journal.committed.length + 1, 'after its requests')
  scene.move(-210)
  await scene.run(1_000)
  expect(scene.sent()).toEqual(['close'])
  scene.gateway.commandFate = () => ({ kind: 'served' })
  const readings = scene.gateway.readings.length
  await scene.restart()
  expect(scene.state().inFlight.map(({ record }) => record.state)).toEqual(['in-doubt'])
  scene.gateway.restore('user')
  await scene.until(() => scene.sent().length > 1)
  expect(scene.gateway.readings.length).toBeGreaterThan(readings)
  await scene.until(() => scene.ended('flat-account').length > 0)
})

test('our own close that filled while the process was down is not the trader’s trade', async () => {
  using scene = await Scene.open({
    rules: { ...settingsOf('max_contracts', { limit: 3 }), ...settingsOf('trade_frequency_limit') },
  })
  await scene.connect()
  dieAt(scene, scene.journal.committed.length + 2, 'after its requests')
  scene.trade('buy', 5)
  await scene.run(5_000)
  expect(scene.sent()).toEqual(['reduce 2'])
  await scene.restart()
  await scene.connect()
  await scene.run(8_000)
  const origins = scene.store.loadAccount(TRADER, scene.state().lastReset).trades.map(({ origin }) => origin)
  expect(origins).toEqual(['trader', 'enforcer'])
})

test('a goal whose deadline passed while the process was down escalates without a busy wait', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.gateway.commandFate = () => ({ kind: 'not-sent' })
  scene.move(-210)
  await scene.run(1_000)
  scene.kill()
  await scene.run(60_000)
  await scene.restart()
  scene.gateway.readingFault = () => 'status 503'
  scene.gateway.commandFate = () => ({ kind: 'served' })
  let steps = 0
  scene.time.observe(() => {
    steps += 1
  })
  scene.gateway.restore('user')
  await scene.run(10_000)
  expect(scene.alerts()).toContain('enforcement-overdue')
  expect(steps).toBeLessThan(2_500)
  scene.gateway.readingFault = () => null
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0, 12_000)
})

test('before the first reading a locked account is defended by what the stream shows, and its stops are left alone', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-210)
  await scene.until(() => scene.ended('flat-account').length > 0)
  await scene.restart()
  scene.gateway.readingFault = () => 'status 503'
  scene.gateway.restore('user')
  await scene.run(1_000)
  scene.trade('buy', 2)
  scene.trade('sell', 2, { type: 4, stopPrice: scene.price() - 100 })
  await scene.until(() => scene.size() === 0, 3_000)
  expect(scene.sent().slice(-1)).toEqual(['close'])
  expect(scene.working()).toHaveLength(1)
  expect(scene.state().word).not.toBe('LOCKED')
  scene.gateway.readingFault = () => null
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0, 12_000)
})

test('a user stream that never comes up does not keep the account from being read and judged', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 3 }) })
  scene.trade('buy', 5)
  await scene.run(15_000)
  expect(scene.size()).toBe(3)
  expect(scene.state().word).toBe('UNTRUSTED')
})

test('a fill that happened while the stream was down is found by the reading and judged', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 3 }) })
  await scene.connect()
  scene.gateway.lose('user')
  await scene.run(10)
  expect(scene.state().word).toBe('UNTRUSTED')
  scene.trade('buy', 5)
  await scene.until(() => scene.size() === 3, 6_000)
  scene.gateway.restore('user')
  await scene.until(() => scene.state().word === 'ACTIVE', 5_000)
})

test('an unreadable event of an account is a reason to read it again', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 3 }) })
  await scene.connect()
  await scene.run(1_000)
  const readings = scene.gateway.readings.length
  const receivedMs = scene.time.elapsedMs()
  scene.gateway.tell({ kind: 'payload-faulted', accountId: TRADER, reason: 'size is not a number', receivedMs })
  expect(scene.state().word).toBe('RECONCILING')
  await scene.run(200)
  expect(scene.gateway.readings.slice(readings).map(({ kind }) => kind)).toEqual(['account'])
  expect(scene.state().word).toBe('ACTIVE')
})

test('a login that is gone halts, and what is known is still enforced until it is back', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.gateway.tell({ kind: 'authentication-lost', reason: 'status 401', receivedMs: scene.time.elapsedMs() })
  expect(scene.state().word).toBe('HALTED')
  scene.gateway.lose('user')
  scene.gateway.restore('user')
  await scene.run(1_000)
  expect(scene.state().word).toBe('ACTIVE')
  expect(scene.size(MNQ)).toBe(0)
})

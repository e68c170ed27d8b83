import { expect, test } from 'vitest'
import { Scene, settingsOf, TRADER } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

test('a journal that cannot be written keeps no command back: it leaves, a human is called, the turn is written later', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.journal.fault = 'SQLITE_FULL: database or disk is full'
  scene.move(-210)
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  expect(scene.sent()).toEqual(['close'])
  expect(scene.alerts()).toEqual(['journal-unwritable'])
  expect(scene.state().blind).toContain('the journal cannot be written')
  expect(scene.store.loadAccount(TRADER, scene.state().lastReset).lockouts).toEqual([])
  scene.journal.fault = null
  // Nothing happens, and still it is written.
  await scene.run(1_100)
  const stored = scene.store.loadAccount(TRADER, scene.state().lastReset)
  expect(stored.lockouts).toHaveLength(1)
  expect(stored.goals).toEqual([])
  expect(stored.commands).toEqual([])
  expect(scene.store.verifyAudit()).toMatchObject({ ok: true })
  await scene.run(1_000)
  expect(scene.state().blind).toEqual([])
})

test('while the journal is down every failure is one failure: quotes add nothing that has to be kept', async () => {
  using scene = await Scene.open({ rules: LOSS, isMarketStill: false })
  await scene.connect()
  scene.trade('buy', 1)
  await scene.run(1_000)
  scene.journal.fault = 'SQLITE_IOERR'
  scene.trade('buy', 1)
  await scene.run(20_000)
  const committed = scene.journal.committed.length
  scene.journal.fault = null
  await scene.run(1_100)
  // The turns of one fill, the readings, and the reductions of nothing.
  expect(scene.journal.committed.length - committed).toBeLessThan(10)
  expect(scene.alerts().filter((code) => code === 'journal-unwritable')).toHaveLength(1)
})

test('what happened later is told later, also when it has nothing to be written', async () => {
  using scene = await Scene.open({ rules: LOSS })
  await scene.connect()
  // The fill waits for company on its way to the disk; the quote that ends the blindness comes meanwhile.
  scene.trade('buy', 1)
  await scene.run(6)
  scene.move(1)
  await scene.run(1_000)
  expect(scene.told('word-changed').map(({ from, to }) => `${from} ${to}`)).toEqual([
    'UNTRUSTED RECONCILING',
    'RECONCILING ACTIVE',
    'ACTIVE BLIND',
    'BLIND ACTIVE',
  ])
})

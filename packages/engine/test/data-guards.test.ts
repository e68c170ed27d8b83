import { usd } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

const SIZE = settingsOf('max_contracts', { limit: 9 })

/** Severities of the alerts of one kind. */
function severities(scene: Scene, code: string): readonly string[] {
  return scene.told('alert').flatMap((note) => (note.code === code ? [note.severity] : []))
}

async function holding(options: Omit<Parameters<typeof Scene.open>[0], 'rules'> = {}): Promise<Scene> {
  const scene = await Scene.open({ rules: SIZE, ...options })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  return scene
}

describe('quotes that stay away in an open market', () => {
  test('are told at once, asked for again, critical after a minute, and told when they are back', async () => {
    using scene = await holding()
    scene.gateway.isDropped = ({ kind }) => kind === 'quote'
    await scene.run(9_000)
    expect(scene.alerts()).toEqual([])
    await scene.run(1_100)
    expect(severities(scene, 'quotes-stale')).toEqual(['warning'])
    expect(scene.gateway.resubscribed).toEqual([MNQ])
    await scene.run(50_000)
    expect(severities(scene, 'quotes-stale')).toEqual(['warning', 'critical'])
    expect(scene.gateway.resubscribed).toEqual([MNQ, MNQ])
    expect(scene.sent()).toEqual([])
    scene.gateway.isDropped = () => false
    scene.move(1)
    await scene.run(100)
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['quotes-stale'])
  })

  test('close the position when that is configured, and no other', async () => {
    using scene = await holding({ guards: { onStaleQuotes: 'close' } })
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    scene.gateway.isDropped = (event) => event.kind === 'quote' && event.contractId === MNQ
    await scene.run(58_000)
    expect(scene.size()).toBe(2)
    await scene.until(() => scene.size() === 0, 5_000)
    expect(scene.size(MES)).toBe(1)
  })

  test('that never came are missed from the entry on', async () => {
    using scene = await Scene.open({ rules: SIZE })
    await scene.connect()
    scene.gateway.isDropped = ({ kind }) => kind === 'quote'
    await scene.run(60_000)
    scene.trade('buy', 1)
    await scene.run(9_500)
    expect(scene.alerts()).toEqual([])
    await scene.run(1_000)
    expect(severities(scene, 'quotes-stale')).toEqual(['warning'])
  })

  test('are no fault while the market is closed, and missed from its opening on (R-27)', async () => {
    let isOpen = true
    using scene = await holding({ isMarketOpen: () => isOpen, guards: { onStaleQuotes: 'close' } })
    scene.gateway.isDropped = ({ kind }) => kind === 'quote'
    isOpen = false
    await scene.run(3_600_000)
    expect(scene.alerts()).toEqual([])
    isOpen = true
    // The first turn after the opening, at the latest the next reading, begins to expect quotes.
    await scene.run(30_000)
    expect(severities(scene, 'quotes-stale')).not.toContain('critical')
    expect(scene.size()).toBe(2)
    scene.gateway.isDropped = () => false
    scene.move(1)
    await scene.run(60_000)
    expect(scene.size()).toBe(2)
  })
})

async function holdingUnknown(guards: Parameters<typeof Scene.open>[0]['guards'] = {}): Promise<Scene> {
  const scene = await Scene.open({ rules: SIZE, knownContracts: [], guards })
  scene.gateway.withheldContracts.add(MNQ)
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  return scene
}

describe('a position of unknown tick value', () => {
  test('is told at once and closed after the grace, whatever rules are on', async () => {
    using scene = await holdingUnknown()
    expect(severities(scene, 'position-unvalued')).toEqual(['warning'])
    await scene.run(28_500)
    expect(scene.sent()).toEqual([])
    await scene.until(() => scene.ended('flat-contract').length > 0, 5_000)
    expect(severities(scene, 'position-unvalued')).toEqual(['warning', 'critical'])
    expect(scene.isFlat()).toBe(true)
  })

  test('is left open when that is configured', async () => {
    using scene = await holdingUnknown({ onUnvaluedPosition: 'alert' })
    await scene.run(120_000)
    expect(severities(scene, 'position-unvalued')).toEqual(['warning', 'critical'])
    expect(scene.sent()).toEqual([])
  })

  test('is spared once the record is learned within the grace', async () => {
    using scene = await holdingUnknown()
    scene.gateway.withheldContracts.clear()
    await scene.run(60_000)
    expect(scene.sent()).toEqual([])
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['position-unvalued'])
  })
})

const learn = (scene: Scene, tickValue: number): void =>
  scene.gateway.tell({
    kind: 'contract-learned',
    contract: { ...scene.contract(MNQ), tickValue: usd(tickValue) },
    receivedMs: scene.time.elapsedMs(),
  })

describe('a tick value that changes', () => {
  test('is critical for who holds it, and the larger value makes the loss', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -300 }) })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    learn(scene, 5_000)
    expect(scene.alerts()).toEqual([])
    learn(scene, 10_000)
    await scene.run(100)
    expect(severities(scene, 'tick-value-changed')).toEqual(['critical'])
    scene.move(-160)
    await scene.until(() => scene.size() === 0, 2_000)
  })

  test('a smaller one does not make the loss smaller, and is told to who enters later', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -300 }) })
    await scene.connect()
    learn(scene, 1)
    scene.trade('buy', 2)
    await scene.run(1_000)
    expect(severities(scene, 'tick-value-changed')).toEqual(['critical'])
    scene.move(-310)
    await scene.until(() => scene.size() === 0, 2_000)
  })
})

describe('balance and trades', () => {
  test('that move alike concern nobody', async () => {
    using scene = await Scene.open({ rules: SIZE })
    await scene.connect()
    for (const side of ['buy', 'sell', 'sell', 'buy'] as const) {
      scene.trade(side, 2)
      await scene.run(20_000)
      scene.move(7)
    }
    await scene.run(120_000)
    expect(scene.alerts()).toEqual([])
  })

  test('that part are told once, after a second look', async () => {
    using scene = await Scene.open({ rules: SIZE })
    await scene.connect()
    await scene.run(60_000)
    scene.gateway.withdrawn = 500
    await scene.run(31_000)
    expect(scene.alerts()).toEqual([])
    await scene.run(120_000)
    expect(scene.alerts()).toEqual(['balance-unexplained'])
    expect(scene.told('alert')[0]?.text).toContain('-$500.00')
    expect(scene.state(TRADER).word).toBe('ACTIVE')
  })
})

import { type ContractId, ticks } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

/** A quote of our own, in ticks from the price at which the scene's market stands. */
function tellQuote(
  scene: Scene,
  fromNow: number,
  contractId: ContractId = MNQ,
  receivedMs: number = scene.time.elapsedMs(),
): void {
  const { bid, tickSize } = scene.exchange.bestPrices(contractId)
  const count = Math.round(bid / tickSize) + fromNow
  scene.gateway.tell({
    kind: 'quote-changed',
    change: { contractId, bid: ticks(count), ask: ticks(count + 1), last: ticks(count), at: scene.time.now() },
    receivedMs,
  })
}

describe('quotes', () => {
  test('are wanted for contracts that are held, and no longer than that', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    expect([...scene.gateway.watched]).toEqual([])
    scene.trade('buy', 1)
    await scene.run(100)
    expect([...scene.gateway.watched]).toEqual([MNQ])
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(100)
    expect([...scene.gateway.watched].toSorted()).toEqual([MES, MNQ])
    scene.trade('sell', 1)
    await scene.run(100)
    expect([...scene.gateway.watched]).toEqual([MES])
  })

  test('are wanted whatever rules are on: the guards of the data look at every position', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 5 }) })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(100)
    expect([...scene.gateway.watched]).toEqual([MNQ])
  })

  test('under backlog they coalesce and the worst price of the backlog still counts', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    let commits = scene.journal.committed.length
    // Down to −$525 and up again, all before the event loop comes round.
    for (const fromNow of [-10, -100, -210, -50, 0]) tellQuote(scene, fromNow)
    expect(scene.journal.committed.length).toBe(commits)
    await scene.run(1)
    commits = scene.journal.committed.length - commits
    expect(commits).toBe(1)
    expect(scene.state().lockouts).toHaveLength(1)
    expect(scene.told('breach-begun')[0]?.breach.cause).toBe(`quote-merged ${MNQ}`)
  })

  test('one that coalesces waits no longer than the interval, although the pass does not end', async () => {
    using scene = await Scene.open({ rules: LOSS, evaluationIntervalMs: 100 })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    const receivedMs = scene.time.elapsedMs()
    tellQuote(scene, -100)
    tellQuote(scene, -210, MNQ, receivedMs - 99)
    expect(scene.state().lockouts).toEqual([])
    tellQuote(scene, 0, MNQ, receivedMs - 98)
    expect(scene.state().lockouts).toEqual([])
    // The same pass, a millisecond later than the first that waits may: the worst of all counts.
    tellQuote(scene, 0, MES, receivedMs - 100)
    tellQuote(scene, -1, MNQ, receivedMs - 100)
    expect(scene.state().lockouts).toHaveLength(1)
  })

  test.each([
    ['a shorter interval holds as soon as the configuration names it', 50, 50],
    ['a longer interval waits for a reset', 1_000, 100],
  ])('%s', async (_, evaluationIntervalMs, holdsMs) => {
    using scene = await Scene.open({ rules: LOSS, evaluationIntervalMs: 100 })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.configure({ evaluationIntervalMs })
    const receivedMs = scene.time.elapsedMs()
    tellQuote(scene, -100)
    tellQuote(scene, -210, MNQ, receivedMs - holdsMs + 1)
    expect(scene.state().lockouts).toEqual([])
    tellQuote(scene, 0, MNQ, receivedMs - holdsMs)
    expect(scene.state().lockouts).toHaveLength(1)
  })

  test('a quote that waits is judged against the position that was held then', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    tellQuote(scene, -10)
    tellQuote(scene, -210)
    scene.gateway.tell({
      kind: 'position-changed',
      accountId: TRADER,
      position: {
        accountId: TRADER,
        contractId: MNQ,
        signedSize: 0,
        averagePrice: 0,
        openedAt: scene.time.now(),
      },
      receivedMs: scene.time.elapsedMs(),
    })
    await scene.run(1)
    expect(scene.told('breach-begun')).toHaveLength(1)
  })

  test('prices from before the position are nobody’s worst', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(500)
    scene.trade('sell', 1)
    await scene.run(500)
    tellQuote(scene, -400)
    tellQuote(scene, 0)
    scene.trade('buy', 5)
    await scene.run(2_000)
    expect(scene.told('breach-begun')).toEqual([])
    expect(scene.size()).toBe(5)
  })

  test('one account’s quote wakes only its holders', async () => {
    const other = 7_001_002
    using scene = await Scene.open({
      rules: LOSS,
      accounts: [TRADER, TRADER + 1].map((id) => id as typeof TRADER),
    })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-210)
    await scene.run(3_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.state(other as typeof TRADER).word).toBe('ACTIVE')
    expect(scene.notes.filter(({ accountId }) => accountId === other).map(({ kind }) => kind)).toEqual([
      'rule-proved',
      'word-changed',
      'rule-evaluated',
      'word-changed',
    ])
  })

  test('a quote that grows old makes the account BLIND without any event, and a new one lets it see again', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.gateway.isDropped = ({ kind }) => kind === 'quote'
    await scene.run(9_000)
    expect(scene.state().word).toBe('ACTIVE')
    await scene.run(1_100)
    expect(scene.state().word).toBe('BLIND')
    expect(scene.state().results.get('daily_realized_loss')).toBe('BLIND')
    expect(scene.state().blind[0]).toContain('10 s old')
    scene.gateway.isDropped = () => false
    scene.move(1)
    await scene.run(100)
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('in a closed market an old quote is no fault', async () => {
    using scene = await Scene.open({ rules: LOSS, isMarketOpen: () => false })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.gateway.isDropped = ({ kind }) => kind === 'quote'
    await scene.run(60_000)
    expect(scene.state().word).toBe('ACTIVE')
  })
})

describe('a contract whose record is unknown', () => {
  test('is asked for, more slowly each time; the rule is BLIND meanwhile and sees once it is learned', async () => {
    using scene = await Scene.open({ rules: LOSS, knownContracts: [] })
    scene.gateway.withheldContracts.add(MNQ)
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(10_000)
    expect(scene.state().word).toBe('BLIND')
    expect(scene.state().results.get('daily_realized_loss')).toBe('BLIND')
    expect([...scene.gateway.watched]).toEqual([])
    scene.gateway.withheldContracts.clear()
    await scene.until(() => scene.state().word === 'ACTIVE', 20_000)
    expect([...scene.gateway.watched]).toEqual([MNQ])
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
  })

  test('learned by the gateway itself: quotes are wanted at once', async () => {
    using scene = await Scene.open({ rules: LOSS, knownContracts: [] })
    scene.gateway.withheldContracts.add(MNQ)
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(100)
    using knowing = await Scene.open({ rules: LOSS })
    const spec = knowing.contract(MNQ)
    scene.gateway.tell({ kind: 'contract-learned', contract: spec, receivedMs: scene.time.elapsedMs() })
    expect([...scene.gateway.watched]).toEqual([MNQ])
  })

  test('its size limit by product is not known, so the rule that needs it does not pass', async () => {
    using scene = await Scene.open({
      rules: settingsOf('max_contracts_per_instrument', { instrument_limits: { NQ: 5 }, default_limit: 1 }),
      knownContracts: [],
    })
    const enq = 'CON.F.US.ENQ.Z26' as ContractId
    scene.gateway.withheldContracts.add(enq)
    await scene.connect()
    scene.trade('buy', 3, { contractId: enq })
    await scene.run(500)
    expect(scene.state().results.get('max_contracts_per_instrument')).not.toBe('PASS')
    scene.gateway.withheldContracts.clear()
    await scene.run(10_000)
    expect(scene.state().results.get('max_contracts_per_instrument')).toBe('PASS')
    expect(scene.size(enq)).toBe(3)
  })
})

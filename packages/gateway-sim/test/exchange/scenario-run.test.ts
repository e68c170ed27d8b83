import { describe, expect, test } from 'vitest'
import { type PlayedStep, playScenario } from '../../src/exchange/scenario-run.ts'
import { durationMs, type Scenario, scenarioSchema, type TraderStep } from '../../src/exchange/trader-script.ts'
import { mes, mnq, type Stage, stage, trader } from './stage.ts'

const start = Date.parse('2026-11-18T15:30:00Z')

function scenarioOf(steps: readonly TraderStep[]): Scenario {
  return {
    name: 'test',
    title: 'A test',
    startsAt: '2026-11-18T09:30:00-06:00',
    regimes: ['still'],
    accounts: [{ id: trader, name: 'PRAC', balance: 50_000 }],
    traders: [{ account: trader, story: 'tests', steps: [...steps] }],
  }
}

function played(
  steps: readonly TraderStep[],
  during: (on: Stage) => void,
): { on: Stage; told: PlayedStep[]; isOver: boolean } {
  const on = stage()
  const told: PlayedStep[] = []
  const run = playScenario(scenarioOf(steps), on, (step) => told.push(step))
  during(on)
  return { on, told, isOver: run.isOver }
}

describe('scripted trader', () => {
  test('acts at times since the beginning, after the step before, or at once', () => {
    const { told, isOver } = played(
      [
        { do: 'market', at: '2s', contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'market', after: 500, contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'market', contract: 'MNQ', side: 'sell', size: 2 },
        { do: 'market', at: '0.05m', contract: 'MES', side: 'buy', size: 1 },
      ],
      (on) => on.clock.advance(3_000),
    )
    expect(told.map(({ atMs }) => atMs - start)).toEqual([2_000, 2_500, 2_500, 3_000])
    expect(isOver).toBe(true)
  })

  test('a time that has passed means at once', () => {
    const { told } = played(
      [
        { do: 'market', at: '2s', contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'market', at: '1s', contract: 'MNQ', side: 'sell', size: 1 },
      ],
      (on) => on.clock.advance(2_000),
    )
    expect(told).toHaveLength(2)
  })

  test('places every kind of order, away from the market as it says', () => {
    const { on } = played(
      [
        { do: 'limit', contract: 'MNQ', side: 'buy', size: 1, price: { awayTicks: 4 } },
        { do: 'limit', contract: 'MNQ', side: 'sell', size: 1, price: 25_010 },
        { do: 'stop', contract: 'MNQ', side: 'buy', size: 1, price: { awayTicks: 8 } },
        { do: 'stop', contract: 'MNQ', side: 'sell', size: 1, price: 24_990, tag: 'protect' },
        { do: 'trailing-stop', contract: 'MNQ', side: 'sell', size: 2, awayTicks: 20 },
        { do: 'market', contract: 'MES', side: 'sell', size: 1, stopLossTicks: 12, takeProfitTicks: 24 },
      ],
      () => undefined,
    )
    expect(on.exchange.orders(trader)).toMatchObject([
      { type: 1, side: 0, status: 1, limitPrice: 24_999 },
      { type: 1, side: 1, status: 1, limitPrice: 25_010 },
      { type: 4, side: 0, status: 1, stopPrice: 25_002.25 },
      { type: 4, side: 1, status: 1, stopPrice: 24_990, customTag: 'protect' },
      { type: 5, side: 1, status: 1, stopPrice: 24_995, trailDistance: -20 },
      { type: 2, side: 1, status: 2, contractId: mes },
      { type: 4, side: 0, status: 1, stopPrice: 6_503 },
      { type: 1, side: 0, status: 1, limitPrice: 6_494 },
    ])
    expect(on.exchange.ledger().every(({ author }) => author === 'trader')).toBe(true)
  })

  test('cancels everything or one contract, and closes all or part', () => {
    const { on } = played(
      [
        { do: 'limit', contract: 'MNQ', side: 'buy', size: 1, price: 24_000 },
        { do: 'limit', contract: 'MES', side: 'buy', size: 1, price: 6_000 },
        { do: 'cancel-all', contract: 'MNQ' },
        { do: 'market', contract: 'MNQ', side: 'buy', size: 3 },
        { do: 'close', contract: 'MNQ', size: 1 },
      ],
      () => undefined,
    )
    expect(
      on.exchange
        .orders(trader)
        .map(({ contractId, status }) => `${contractId} ${status}`)
        .slice(0, 2),
    ).toEqual([`${mnq} 3`, `${mes} 1`])
    expect(on.position()).toBe(2)
  })

  test('moves every working stop of a contract, whoever placed it', () => {
    const { on } = played(
      [
        { do: 'stop', contract: 'MNQ', side: 'sell', size: 1, price: 24_990 },
        { do: 'stop', contract: 'MNQ', side: 'buy', size: 1, price: 25_010 },
        { do: 'stop', contract: 'MES', side: 'sell', size: 1, price: 6_490 },
        { do: 'limit', contract: 'MNQ', side: 'sell', size: 1, price: 25_020 },
        { do: 'move-stop', contract: 'MNQ', price: { awayTicks: 4 } },
        { do: 'move-stop', contract: 'MES', price: 6_480 },
      ],
      () => undefined,
    )
    const orders = on.exchange.orders(trader).map(({ stopPrice, limitPrice }) => stopPrice ?? limitPrice)
    expect(orders).toEqual([24_999, 25_001.25, 6_480, 25_020])
  })

  test('tells that a stop was not moved', () => {
    const { told } = played(
      [
        { do: 'stop', contract: 'MNQ', side: 'sell', size: 1, price: 24_990 },
        { do: 'move-stop', contract: 'MNQ', price: 24_990.1 },
      ],
      () => undefined,
    )
    expect(told.at(-1)?.outcome).toMatchObject({ kind: 'refused', errorCode: 3 })
  })

  test('lets the firm bar its account, and allow it again', () => {
    const { told, on } = played(
      [
        { do: 'firm', canTrade: false },
        { do: 'market', contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'firm', canTrade: true },
        { do: 'market', contract: 'MNQ', side: 'buy', size: 2 },
      ],
      () => undefined,
    )
    expect(told.map(({ outcome }) => outcome.kind)).toEqual(['done', 'refused', 'done', 'done'])
    expect(on.position()).toBe(2)
  })

  test('lets faults happen to the hubs', () => {
    const { on } = played(
      [
        { do: 'fault', at: '1s', hub: 'user', fault: { verb: 'down' } },
        { do: 'fault', after: '2s', hub: 'user', fault: { verb: 'up' } },
      ],
      (at) => {
        at.clock.advance(1_000)
        expect(at.acted).toEqual(['user down'])
        at.clock.advance(2_000)
      },
    )
    expect(on.acted).toEqual(['user down', 'user up'])
  })

  test('leads the market', () => {
    const { on } = played(
      [
        { do: 'price', contract: 'MNQ', price: 25_100 },
        { do: 'move', after: '1s', contract: 'MNQ', ticks: -40, over: '2s' },
        { do: 'pin', contract: 'MNQ', regime: 'still' },
      ],
      (at) => {
        expect(at.exchange.bestPrices(mnq).bid).toBe(25_100)
        at.exchange.watchQuotes(mnq)
        at.clock.advance(4_000)
      },
    )
    expect(on.exchange.bestPrices(mnq).bid).toBe(25_090)
  })

  test.each([
    { until: { flat: 'MNQ' }, act: (on: Stage) => on.exchange.closeContract(trader, mnq, 'daemon') },
    { until: { flat: 'everything' }, act: (on: Stage) => on.exchange.closeContract(trader, mnq, 'daemon') },
    { until: { position: { contract: 'MNQ', size: 1 } }, act: (on: Stage) => on.market('sell', 1) },
    { until: { event: 'fill' }, act: (on: Stage) => on.market('buy', 1) },
    { until: { event: 'rejection' }, act: (on: Stage) => on.market('buy', 10_000) },
    {
      until: { event: 'cancellation' },
      act: (on: Stage) => {
        const { orderId } = on.place({ type: 1, limitPrice: 24_000 })
        on.exchange.cancel(trader, orderId ?? 0, 'trader')
      },
    },
  ] as const)('waits for $until', ({ until, act }) => {
    const steps: TraderStep[] = [
      { do: 'market', contract: 'MNQ', side: 'buy', size: 2 },
      { do: 'wait', until, atMost: '10s' },
    ]
    const { told } = played(steps, (on) => {
      on.clock.advance(3_000)
      act(on)
    })
    expect(told.at(-1)).toMatchObject({ atMs: start + 3_000, outcome: { kind: 'done' } })
    const { told: inVain } = played(steps, (on) => on.clock.advance(10_000))
    expect(inVain.at(-1)).toMatchObject({ atMs: start + 10_000, outcome: { kind: 'gave-up' } })
  })

  test('plans faults for REST and hubs with their scopes, heals them, injects, and turns knobs', () => {
    const { on } = played(
      [
        { do: 'rest-fault', route: 'closeContract', fault: { verb: 'code', code: 5, message: null, executed: 'drop' } },
        {
          do: 'fault',
          hub: 'user',
          fault: { verb: 'drop' },
          scope: { kind: 'trade', skip: 0, times: null, probability: 0.5 },
        },
        { do: 'inject', hub: 'user', target: 'GatewayLogout', arguments: [] },
        { do: 'knobs', gateway: { wrapper: false }, exchange: { largestFill: 1 } },
        { do: 'list', listed: false },
        { do: 'heal', at: '2s' },
      ],
      (at) => at.clock.advance(1_000),
    )
    expect(on.faults.planned()).toMatchObject([
      { route: 'closeContract', fault: { verb: 'code', code: 5 }, scope: { times: 1 } },
      { hub: 'user', fault: { verb: 'drop' }, scope: { kind: 'trade', probability: 0.5 } },
    ])
    expect(on.injected).toEqual(['user GatewayLogout'])
    expect(on.knobs.now.wrapper).toBe(false)
    expect(on.exchange.knobs.largestFill).toBe(1)
    expect(on.exchange.isListed(trader)).toBe(false)
    on.clock.advance(1_000)
    expect(on.faults.planned()).toEqual([])
  })

  test('repeats, and goes on after a refusal that it reports', () => {
    const { on, told } = played(
      [
        {
          do: 'repeat',
          times: 3,
          steps: [
            { do: 'market', after: '1s', contract: 'MNQ', side: 'buy', size: 10_000 },
            { do: 'market', contract: 'MNQ', side: 'buy', size: 1 },
          ],
        },
      ],
      (at) => at.clock.advance(3_000),
    )
    expect(on.position()).toBe(3)
    expect(told).toHaveLength(6)
    expect(told[0]?.outcome).toEqual({ kind: 'refused', errorCode: 2, errorMessage: 'Not enough margin.' })
  })

  test('stops for good when it is stopped', () => {
    const on = stage()
    const steps: TraderStep[] = [{ do: 'market', at: '2s', contract: 'MNQ', side: 'buy', size: 1 }]
    const run = playScenario(scenarioOf(steps), on)
    run.stop()
    on.clock.advance(5_000)
    expect(on.position()).toBe(0)
  })

  test('a contract that nobody lists is found before anything happens', () => {
    const on = stage()
    const steps: TraderStep[] = [
      { do: 'market', contract: 'MNQ', side: 'buy', size: 1 },
      { do: 'repeat', times: 1, steps: [{ do: 'close', contract: 'GMET' }] },
    ]
    expect(() => playScenario(scenarioOf(steps), on)).toThrow('GMET')
    expect(on.exchange.ledger()).toEqual([])
  })
})

describe('scenario data', () => {
  const whole = scenarioOf([{ do: 'market', contract: 'MNQ', side: 'buy', size: 1 }])
  test('is accepted as JSON', () => {
    expect(scenarioSchema.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
  })

  test('takes faults, knobs and injections with what they leave out', () => {
    const steps = [
      { do: 'rest-fault', route: 'closeContract', fault: { verb: 'hang' } },
      { do: 'fault', hub: 'market', fault: { verb: 'burst' }, scope: { times: null } },
      { do: 'knobs', exchange: { largestFill: 1 }, gateway: { retryAfter: true } },
      { do: 'inject', hub: 'user', target: 'GatewayLogout', arguments: [] },
      { do: 'list', listed: false },
      { do: 'heal', after: '30s' },
    ]
    const parsed = scenarioSchema.parse({ ...whole, traders: [{ account: trader, story: 's', steps }] })
    expect(parsed.traders[0]?.steps.slice(0, 2)).toMatchObject([
      { fault: { verb: 'hang', executed: 'drop' } },
      { fault: { verb: 'burst', perSecond: 1_000, forMs: 10_000 }, scope: { skip: 0, times: null, probability: 1 } },
    ])
  })

  test.each([
    { what: 'an unknown step', change: { traders: [{ account: trader, story: 's', steps: [{ do: 'dance' }] }] } },
    {
      what: 'a misspelt key',
      change: { traders: [{ account: trader, story: 's', steps: [{ do: 'close', contrat: 'MNQ' }] }] },
    },
    {
      what: 'a mistake inside a repetition',
      change: {
        traders: [{ account: trader, story: 's', steps: [{ do: 'repeat', times: 2, steps: [{ do: 'close' }] }] }],
      },
    },
    {
      what: 'an unknown fault',
      change: {
        traders: [{ account: trader, story: 's', steps: [{ do: 'fault', hub: 'user', fault: { verb: 'explode' } }] }],
      },
    },
    { what: 'a trader without an account', change: { traders: [{ account: 5, story: 's', steps: [] }] } },
    { what: 'a start without offset', change: { startsAt: '2026-11-18T09:30:00' } },
    { what: 'no regime', change: { regimes: [] } },
  ])('$what is refused', ({ change }) => {
    expect(scenarioSchema.safeParse({ ...whole, ...change }).success).toBe(false)
  })

  test.each([
    [250, 250],
    ['250ms', 250],
    ['2.5s', 2_500],
    ['1m', 60_000],
  ] as const)('a duration of %j is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms))

  test('a duration without unit is none', () => expect(() => durationMs('5')).toThrow(RangeError))
})

import { OrderType } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange/exchange.ts'
import { allRules } from '../../src/exchange/scenarios/all-rules.ts'
import { practiceDay } from '../../src/exchange/scenarios/practice-day.ts'
import { scenarioStartMs } from '../../src/exchange/trader-script.ts'
import { fillsOf, playedScenario } from './played-scenario.ts'

const startMs = scenarioStartMs(allRules)

/** Fills of an account in these contracts: the second of the day, the contract and the position then held. */
function storyOf(exchange: Exchange, account: number, ...roots: readonly string[]): string[] {
  return fillsOf(exchange, account).flatMap(({ at, contractId, positionAfter }) => {
    const root = roots.find((name) => contractId === exchange.contractIdOf(name))
    return root === undefined ? [] : [`${Math.floor((at - startMs) / 1_000)} s ${root} ${positionAfter}`]
  })
}

/** Ticks by which the position is in profit at the price of its exit side. */
function profitTicks(exchange: Exchange, account: number, root: string): number {
  const contractId = exchange.contractIdOf(root)
  const position = exchange.positions(account).find((one) => one.contractId === contractId)
  if (position === undefined) return Number.NaN
  const { bid, ask, tickSize } = exchange.bestPrices(position.contractId)
  return Math.round((position.type === 1 ? bid - position.averagePrice : position.averagePrice - ask) / tickSize)
}

/** Net P&L of each closing trade, in dollars. */
function exitsOf(exchange: Exchange, account: number, root: string): number[] {
  return exchange
    .trades(account)
    .filter(({ contractId }) => contractId === exchange.contractIdOf(root))
    .flatMap(({ profitAndLoss, fees, commissions }) =>
      typeof profitAndLoss === 'number' ? [Number((profitAndLoss - fees - (commissions ?? 0)).toFixed(2))] : [],
    )
}

test('has a trader for each of the thirteen rules, those of the practice day among them, and one who breaks none', () => {
  const broken = allRules.traders.map(({ breaks }) => breaks ?? 'none').toSorted()
  const rules = Array.from({ length: 13 }, (_, index) => `RULE-${String(index + 1).padStart(3, '0')}`)
  expect(broken).toEqual([...rules, 'none'])
  expect(allRules.traders).toEqual(expect.arrayContaining(practiceDay.traders))
})

test('nobody leads a market in which somebody else trades', () => {
  const led = new Map<string, number>()
  for (const { account, steps } of allRules.traders) {
    for (const step of steps) if (step.do === 'move') led.set(step.contract, account)
  }
  const strangers = allRules.traders.flatMap(({ account, steps }) =>
    steps.filter((step) => step.do === 'market' && (led.get(step.contract) ?? account) !== account),
  )
  expect([...led.keys()].toSorted()).toEqual(['CL', 'ES', 'GC', 'M2K', 'NQ', 'YM'])
  expect(strangers).toEqual([])
})

describe.each([1, 2, 3])('all rules with seed %d', (seed) => {
  const { exchange, told, faults, run } = playedScenario(allRules, seed, 90_000)

  test('every trader gets through its script within ninety seconds, and nothing is refused', () => {
    expect(run.isOver).toBe(true)
    expect(told.filter(({ outcome }) => outcome.kind === 'refused')).toEqual([])
  })

  test('account 7001001 loses more than 300 dollars with gold, and nothing with what it holds beside (RULE-004)', () => {
    expect(storyOf(exchange, 7001001, 'MNQ', 'GC')).toEqual(['4 s MNQ 2', '54 s MNQ 0', '55 s GC 1'])
    expect(profitTicks(exchange, 7001001, 'GC')).toBe(-33) // 10 dollars each
    expect(profitTicks(exchange, 7001001, 'MES')).toBe(-1)
  })

  test('account 7001002 wins more than 400 dollars with oil (RULE-005)', () => {
    expect(storyOf(exchange, 7001002, 'CL')).toEqual(['58 s CL -1'])
    expect(profitTicks(exchange, 7001002, 'CL')).toBe(43) // 10 dollars each
  })

  test('account 7001004 has no prices for two and a half seconds, and is barred while it holds a position (RULE-010)', () => {
    expect(faults).toEqual(['44000 market down', '46500 market up'])
    const firm = told.flatMap(({ step, atMs }) => (step.do === 'firm' ? [`${atMs - startMs} ${step.canTrade}`] : []))
    expect(firm).toEqual(['50000 false', '60000 true'])
    expect(storyOf(exchange, 7001004, 'MES').at(-2)).toBe('24 s MES 2')
  })

  test('account 7001005 orders gas far from the market, buys the micro with a stop, and then gas (RULE-011)', () => {
    const [resting] = exchange.orders(7001005).filter(({ contractId }) => contractId === exchange.contractIdOf('NG'))
    expect(resting).toMatchObject({ type: OrderType.limit, status: 1 })
    expect(storyOf(exchange, 7001005, 'NG', 'MNG')).toEqual(['69 s MNG 1', '76 s NG 1'])
    const stops = exchange.orders(7001005).filter(({ contractId }) => contractId === exchange.contractIdOf('MNG'))
    expect(stops).toMatchObject([{ status: 2 }, { type: OrderType.stop, status: 1 }])
  })

  test('account 7001007 wins half of 500 dollars and then more than the rest (RULE-013)', () => {
    expect(exitsOf(exchange, 7001007, 'NQ')).toEqual([253.1])
    expect(profitTicks(exchange, 7001007, 'NQ')).toBe(59) // 5 dollars each
  })

  test('account 7001009 has no order of its own, half of its position is 25 ticks in profit, the other position gone (RULE-012)', () => {
    expect(storyOf(exchange, 7001009, 'M2K', 'MYM')).toEqual(['5 s M2K 2', '25 s M2K 1', '29 s MYM -1', '34 s MYM 0'])
    expect(profitTicks(exchange, 7001009, 'M2K')).toBe(25)
    expect(exchange.orders(7001009).filter(({ type }) => type !== OrderType.market)).toEqual([])
  })
})

test('account 7001008 loses 100 dollars, comes back within the cooldown, and loses 200 after it (RULE-007)', () => {
  const { exchange, run } = playedScenario(allRules, 1, 90_000, (on) => {
    on.subscribe((event) => {
      if (event.kind !== 'position' || event.accountId !== 7001008 || event.data.size === 0) return
      const second = Math.floor((Date.parse(event.data.creationTimestamp) - startMs) / 1_000)
      if (second === 63) on.closeContract(7001008, event.data.contractId, 'daemon')
    })
  })
  expect(run.isOver).toBe(true)
  const entries = storyOf(exchange, 7001008, 'YM').filter((fill) => fill.endsWith(' 1'))
  expect(entries).toEqual(['57 s YM 1', '63 s YM 1', '72 s YM 1', '84 s YM 1'])
  expect(exitsOf(exchange, 7001008, 'YM')).toEqual([-116.9, -6.9, -226.9])
})

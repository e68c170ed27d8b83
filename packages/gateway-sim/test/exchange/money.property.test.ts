import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExchangeEvent } from '../../src/seam.ts'
import { stage, trader } from './stage.ts'

const contracts = ['CON.F.US.MNQ.Z26', 'CON.F.US.MCLE.Z26', 'CON.F.US.TYA.Z26', 'CON.F.US.M6B.Z26'] as const
const contract = fc.constantFrom(...contracts)
const size = fc.integer({ min: 1, max: 7 })
const side = fc.constantFrom(0 as const, 1 as const)
const away = fc.integer({ min: -30, max: 30 })

const action = fc.oneof(
  fc.record({ kind: fc.constant('market' as const), contract, side, size }),
  fc.record({ kind: fc.constant('bracket' as const), contract, side, size }),
  fc.record({ kind: fc.constant('limit' as const), contract, side, size, away }),
  fc.record({ kind: fc.constant('stop' as const), contract, side, size, away }),
  fc.record({ kind: fc.constant('move' as const), contract, ticks: fc.integer({ min: -60, max: 60 }) }),
  fc.record({ kind: fc.constant('close' as const), contract }),
  fc.record({ kind: fc.constant('partial' as const), contract, size }),
  fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(20) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 300 }) }),
)
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

function play(actions: readonly Action[], largestFill: number): ReturnType<typeof stage> {
  const on = stage({ regimes: ['calm', 'spike'], knobs: { largestFill, fillLatencyMs: [0, 8], ocoCancelMs: [0, 8] } })
  for (const step of actions) perform(on, step)
  on.clock.advance(2_000)
  return on
}

function perform({ exchange, clock, place }: ReturnType<typeof stage>, step: Action): void {
  switch (step.kind) {
    case 'market':
      return void place({ contractId: step.contract, side: step.side, size: step.size })
    case 'bracket': {
      const loss = step.side === 0 ? -12 : 12
      const legs = {
        stopLossBracket: { ticks: loss, type: 4 as const },
        takeProfitBracket: { ticks: -loss, type: 1 as const },
      }
      return void place({ contractId: step.contract, side: step.side, size: step.size, ...legs })
    }
    case 'limit':
    case 'stop': {
      const { bid, tickSize } = exchange.bestPrices(step.contract)
      const price = bid + step.away * tickSize
      const terms =
        step.kind === 'limit' ? { type: 1 as const, limitPrice: price } : { type: 4 as const, stopPrice: price }
      return void place({ contractId: step.contract, side: step.side, size: step.size, ...terms })
    }
    case 'move':
      return exchange.moveMarket(step.contract, step.ticks)
    case 'close':
      return void exchange.closeContract(trader, step.contract, 'daemon')
    case 'partial':
      return void exchange.partialCloseContract(trader, step.contract, step.size, 'daemon')
    case 'cancel': {
      const order = exchange.orders(trader).filter(({ status }) => status === 1)[step.nth]
      return order === undefined ? undefined : void exchange.cancel(trader, order.id, 'trader')
    }
    case 'wait':
      return clock.advance(step.ms)
    default:
      throw new TypeError('an action without an arm')
  }
}

/** Ten-thousandths of a dollar, exactly. */
const units = (amount: number): number => Math.round(amount * 10_000)
const flows = fc.array(action, { minLength: 1, maxLength: 60 })
const fills = fc.constantFrom(1, 2, Number.POSITIVE_INFINITY)
const runs = { numRuns: propertyRuns(60) }

describe('money', () => {
  test('the balance is the start plus the profits less the costs of every trade', () => {
    fc.assert(
      fc.property(flows, fills, (actions, largestFill) => {
        const { exchange, balance } = play(actions, largestFill)
        const sum = exchange
          .trades(trader)
          .reduce(
            (total, trade) =>
              total + units(trade.profitAndLoss ?? 0) - units(trade.fees) - units(trade.commissions ?? 0),
            units(50_000),
          )
        expect(units(balance())).toBe(sum)
      }),
      runs,
    )
  })

  test('the position is the sum of the signed fills', () => {
    fc.assert(
      fc.property(flows, fills, (actions, largestFill) => {
        const { exchange } = play(actions, largestFill)
        for (const contractId of contracts) {
          const filled = exchange
            .trades(trader)
            .filter((trade) => trade.contractId === contractId)
            .reduce((total, trade) => total + (trade.side === 0 ? trade.size : -trade.size), 0)
          const open = exchange.positions(trader).find((position) => position.contractId === contractId)
          expect(open === undefined ? 0 : open.size * (open.type === 1 ? 1 : -1)).toBe(filled)
        }
      }),
      runs,
    )
  })

  test('a flat account has earned exactly what it sold for less what it paid', () => {
    fc.assert(
      fc.property(flows, fills, (actions, largestFill) => {
        const { exchange, clock } = play(actions, largestFill)
        for (const order of exchange.orders(trader)) exchange.cancel(trader, order.id, 'trader')
        clock.advance(100)
        for (const contractId of contracts) exchange.closeContract(trader, contractId, 'trader')
        clock.advance(1_000)
        expect(exchange.positions(trader)).toEqual([])
        for (const contractId of contracts) {
          const { tickSize, tickValue } = exchange.contract(contractId) ?? {
            tickSize: Number.NaN,
            tickValue: Number.NaN,
          }
          const trades = exchange.trades(trader).filter((trade) => trade.contractId === contractId)
          const sold = trades.reduce(
            (total, { price, side: way, size: count }) =>
              total + Math.round(price / tickSize) * count * (way === 0 ? -1 : 1),
            0,
          )
          const earned = trades.reduce((total, trade) => total + units(trade.profitAndLoss ?? 0), 0)
          expect(earned).toBe(sold * units(tickValue))
        }
      }),
      runs,
    )
  })

  test('the ledger tells every change of a position without a gap', () => {
    fc.assert(
      fc.property(flows, fills, (actions, largestFill) => {
        const held = new Map<string, number>()
        for (const entry of play(actions, largestFill).exchange.ledger()) {
          if (entry.kind !== 'fill') continue
          expect(entry.positionBefore).toBe(held.get(entry.contractId) ?? 0)
          expect(entry.positionAfter).toBe(entry.positionBefore + (entry.side === 0 ? entry.size : -entry.size))
          held.set(entry.contractId, entry.positionAfter)
        }
      }),
      runs,
    )
  })

  test('the same seed and calls give the same events, another seed gives others', () => {
    const actions: Action[] = [
      { kind: 'bracket', contract: contracts[0], side: 0, size: 3 },
      { kind: 'wait', ms: 300 },
      { kind: 'market', contract: contracts[1], side: 1, size: 2 },
    ]
    const told = (): ExchangeEvent[] => play(actions, 2).events
    expect(told()).toEqual(told())
    const other = stage({ seed: 8, regimes: ['calm', 'spike'] })
    for (const step of actions) perform(other, step)
    expect(other.events).not.toEqual(told().slice(0, other.events.length))
  })
})

describe('profit of a close', () => {
  test.each([
    { what: 'long 2 up 10 ticks', opens: [['buy', 2]], closes: ['sell', 2], moved: 11, profit: 10 },
    { what: 'short 2 up 10 ticks', opens: [['sell', 2]], closes: ['buy', 2], moved: 9, profit: -10 },
    { what: 'half of a long', opens: [['buy', 4]], closes: ['sell', 1], moved: 11, profit: 5 },
    { what: 'break-even', opens: [['buy', 1]], closes: ['sell', 1], moved: 1, profit: 0 },
    {
      what: 'a reversal earns on the closed part alone',
      opens: [['buy', 1]],
      closes: ['sell', 3],
      moved: 11,
      profit: 5,
    },
  ] as const)('$what', ({ opens, closes, moved, profit }) => {
    const { exchange, market } = stage()
    for (const [way, count] of opens) market(way, count)
    exchange.moveMarket('CON.F.US.MNQ.Z26', moved)
    market(closes[0], closes[1])
    expect(exchange.trades(trader).at(-1)?.profitAndLoss).toBe(profit)
  })

  test('is taken at the average price when the entries differ', () => {
    const { exchange, market } = stage()
    market('buy', 1)
    exchange.moveMarket('CON.F.US.MNQ.Z26', 4)
    market('buy', 2)
    expect(exchange.positions(trader)[0]?.averagePrice).toBe(25_000.916_666_667)
    exchange.moveMarket('CON.F.US.MNQ.Z26', 100)
    market('sell', 1)
    market('sell', 2)
    const profits = exchange.trades(trader).flatMap(({ profitAndLoss }) => profitAndLoss ?? [])
    expect(profits).toEqual([50.166_7, 100.333_3])
  })

  test('a voided trade gives its money back and is published again', () => {
    const { exchange, market, balance, events } = stage()
    market('buy', 1)
    const [trade] = exchange.trades(trader)
    expect(balance()).toBe(49_999.39)
    expect(exchange.voidTrade(trader, trade?.id ?? 0)).toBe(true)
    expect(balance()).toBe(50_000)
    expect(events.findLast((event) => event.kind === 'trade')?.data).toEqual({ ...trade, voided: true })
    expect(exchange.voidTrade(trader, trade?.id ?? 0)).toBe(true)
    expect(balance()).toBe(50_000)
    expect(exchange.voidTrade(trader, 1)).toBe(false)
  })
})

import { describe, expect, test } from 'vitest'
import type { Exchange } from '../../src/exchange/exchange.ts'
import { practiceDay, practiceDayRisk } from '../../src/exchange/scenarios/practice-day.ts'
import { scenarios } from '../../src/exchange/scenarios/scenarios.ts'
import { scenarioSchema, scenarioStartMs } from '../../src/exchange/trader-script.ts'
import { type Fill, fillsOf, playedScenario } from './played-scenario.ts'

const startMs = scenarioStartMs(practiceDay)
const played = (seed: number, guard?: (exchange: Exchange) => void) => playedScenario(practiceDay, seed, 60_000, guard)

/** Largest sum of absolute positions that the account ever held, and when it was first held. */
function grossPeak(fills: readonly Fill[]): { readonly size: number; readonly atMs: number } {
  const held = new Map<string, number>()
  let peak = { size: 0, atMs: 0 }
  for (const fill of fills) {
    held.set(fill.contractId, fill.positionAfter)
    const size = [...held.values()].reduce((sum, position) => sum + Math.abs(position), 0)
    if (size > peak.size) peak = { size, atMs: fill.at - startMs }
  }
  return peak
}

describe.each([1, 2, 3])('practice day with seed %d', (seed) => {
  const { exchange, told, run } = played(seed)
  const { base, overrides } = practiceDayRisk

  test('every trader gets through its script within a minute, and nothing is refused', () => {
    expect(run.isOver).toBe(true)
    expect(told.filter(({ outcome }) => outcome.kind === 'refused')).toEqual([])
  })

  test('account 7001001 holds more contracts than its limit, none of them too many of one product', () => {
    const fills = fillsOf(exchange, 7001001)
    const peak = grossPeak(fills.filter(({ at }) => at < startMs + 20_000))
    expect(peak.size).toBeGreaterThan(overrides[7001001].max_contracts.limit)
    expect(peak.atMs).toBeLessThan(10_000)
    const { MNQ, MES } = base.max_contracts_per_instrument.instrument_limits
    for (const { contractId, positionAfter } of fills) {
      expect(positionAfter).toBeLessThanOrEqual(contractId.includes('MNQ') ? MNQ : MES)
    }
  })

  test('account 7001002 holds too many MNQ and then a product that is not listed, but not too many contracts', () => {
    const fills = fillsOf(exchange, 7001002)
    expect(fills.map(({ contractId, positionAfter }) => `${contractId} ${positionAfter}`)).toEqual([
      'CON.F.US.MNQ.Z26 3',
      'CON.F.US.RTY.Z26 -1',
    ])
    expect(Object.keys(base.max_contracts_per_instrument.instrument_limits)).not.toContain('RTY')
    expect(grossPeak(fills).size).toBeLessThanOrEqual(base.max_contracts.limit)
  })

  test('account 7001003 has lost part of the limit in closed trades and the rest on the open position', () => {
    const realized = exchange
      .trades(7001003)
      .filter(({ creationTimestamp }) => Date.parse(creationTimestamp) < startMs + 14_000)
      .reduce((sum, trade) => sum + (trade.profitAndLoss ?? 0) - trade.fees - (trade.commissions ?? 0), 0)
    expect(realized).toBeGreaterThan(base.daily_realized_loss.limit)
    expect(realized).toBeLessThan(-250)
    const moved = -24 * 12.5 - 12.5
    expect(realized + moved).toBeLessThan(base.daily_realized_loss.limit - 50)
  })

  test('account 7001004 trades four times in a minute and keeps a position', () => {
    const fills = fillsOf(exchange, 7001004)
    const fourth = fills[base.trade_frequency_limit.limits.per_minute]
    expect(fourth?.at).toBeLessThan((fills[0]?.at ?? 0) + 60_000)
    expect(fourth?.positionAfter).toBe(1)
    expect(fills.at(-1)?.positionAfter).toBe(2)
  })

  test('account 7001005 never has a stop in time for its first position; 7001006 always has one', () => {
    const [entry] = fillsOf(exchange, 7001005)
    const firstStop = exchange.orders(7001005).find(({ type }) => type === 4)
    expect(Date.parse(firstStop?.creationTimestamp ?? '') - (entry?.at ?? 0)).toBeGreaterThan(
      overrides[7001005].no_stop_loss_grace.grace_period_seconds * 1_000,
    )
    expect(exchange.orders(7001006)).toMatchObject([{ status: 2 }, { type: 4, status: 1 }, { type: 1, status: 1 }])
  })

  test('account 7001007 holds crude oil when the session of its product ends, and comes back after it', () => {
    const { end } = overrides[7001007].session_block_outside.per_instrument_sessions.MCL
    const endMs = Temporal.ZonedDateTime.from(`2026-11-18T${end}[America/Chicago]`).epochMilliseconds
    const [entry, again] = fillsOf(exchange, 7001007)
    expect(entry?.at).toBeLessThan(endMs)
    expect(endMs - startMs).toBeLessThan(45_000)
    expect(again?.at).toBeGreaterThan(endMs)
  })

  test('nobody but the account 7001003 loses much, and only two accounts trade often', () => {
    const poor = exchange.accounts().filter(({ balance }) => (balance ?? 0) < 49_700)
    expect(poor.map(({ id }) => id)).toEqual([7001003])
    const busy = practiceDay.accounts.filter(({ id }) => {
      const orders = new Set(fillsOf(exchange, id).map(({ orderId }) => orderId))
      return orders.size > base.trade_frequency_limit.limits.per_minute
    })
    expect(busy.map(({ id }) => id)).toEqual([7001003, 7001004])
  })
})

test('a trader that is flattened comes back, sooner than one that nobody stops', () => {
  const { exchange, run } = played(1, (on) => {
    on.subscribe((event) => {
      const isLocked = event.kind === 'position' && event.accountId === 7001003 && event.data.size > 0
      const realized = on.trades(7001003).reduce((sum, trade) => sum + (trade.profitAndLoss ?? 0), 0)
      if (isLocked && realized < -250) on.closeContract(7001003, event.data.contractId, 'daemon')
    })
  })
  expect(run.isOver).toBe(true)
  const authors = fillsOf(exchange, 7001003).map(({ author }) => author)
  expect(authors.filter((author) => author === 'daemon')).toHaveLength(3)
  expect(exchange.positions(7001003)).toEqual([])
})

test.each([...scenarios.values()])('$name is valid data under its own name', (scenario) => {
  expect(scenarioSchema.parse(scenario)).toEqual(scenario)
  expect(scenarios.get(scenario.name)).toBe(scenario)
})

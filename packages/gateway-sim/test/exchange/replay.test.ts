import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { steppedClock } from '../../src/clock.ts'
import { Exchange } from '../../src/exchange/exchange.ts'
import type { ExchangeKnobs } from '../../src/exchange/knobs.ts'
import { replayStartMs, replayTrades } from '../../src/exchange/replay.ts'
import { readTradesExport, TradesExportError } from '../../src/exchange/trades-export.ts'
import type { SimClock } from '../../src/seam.ts'
import { mnq, trader } from './stage.ts'

const sample = readFileSync(new URL('trades-export.csv', import.meta.url), 'utf8')
const header = sample.slice(0, sample.indexOf('\n'))
const row = (fields: Partial<Record<string, string>>): string => {
  const usual: Partial<Record<string, string>> = {
    Id: '1',
    ContractName: 'MNQZ6',
    EnteredAt: '11/18/2026 09:31:00 -06:00',
    ExitedAt: '11/18/2026 09:34:10 -06:00',
    EntryPrice: '25010.25',
    ExitPrice: '25018.75',
    PnL: '34',
    Size: '2',
    Type: 'Long',
  }
  const values = header.split(',').map((column) => fields[column] ?? usual[column] ?? '')
  return `${header}\n${values.join(',')}\n`
}

describe('trades export', () => {
  test('is read by header name: size, direction, instants with their offset, exact profit', () => {
    expect(readTradesExport(sample)).toHaveLength(5)
    expect(readTradesExport(sample)[3]).toMatchObject({
      id: '54',
      contract: { id: 'CON.F.US.TYA.Z26' },
      side: 'short',
      size: 1,
      enteredAtMs: Date.parse('2026-11-18T15:50:00Z'),
      exitedAtMs: Date.parse('2026-11-18T15:50:00Z'),
      entryTicks: 7_201,
      exitTicks: 7_202,
      profitAndLoss: -156_250,
      isOnGrid: true,
    })
  })

  test('columns may stand in another order, the last one may be missing, with byte-order mark and CRLF', () => {
    const reordered = sample
      .split('\n')
      .map((line) => line.split(',').slice(0, -1).toReversed().join(','))
      .join('\r\n')
    expect(readTradesExport(`\uFEFF${reordered}`)).toEqual(readTradesExport(sample))
  })

  test('a price between ticks is an average of split fills: it is rounded, and the row says so', () => {
    expect(readTradesExport(row({ EntryPrice: '25010.375' }))[0]).toMatchObject({ isOnGrid: false })
  })

  test.each([
    ['EnteredAt', '2026-11-18 09:31:00 CST', 'a zone abbreviation'],
    ['EnteredAt', '11/18/2026 09:31:00 CST', 'a zone abbreviation in the usual form'],
    ['ExitedAt', '2026-11-18T09:34:10', 'no offset'],
    ['ExitedAt', '11/18/2026 09:34:10', 'no offset in the usual form'],
    ['EnteredAt', '02/30/2026 09:31:00 -06:00', 'a day that does not exist'],
    ['ExitedAt', '11/18/2026 09:30:59 -06:00', 'an exit before the entry'],
    ['ContractName', '/NQ', 'an alias'],
    ['ContractName', 'CON.F.US.MNQ.Z26', 'a contract id'],
    ['EntryPrice', '25,010.25', 'a decimal comma'],
    ['PnL', '34.00001', 'a fifth decimal'],
    ['Size', '0', 'no size'],
    ['Size', '-2', 'a signed size'],
    ['Type', 'Buy', 'a side instead of a direction'],
  ])('%s %j is refused (%s), naming line and column', (column, found) => {
    const error = errorOf(row({ [column]: column === 'EntryPrice' ? `"${found}"` : found }))
    expect(error.problems).toMatchObject([{ line: 2, column, found }])
    expect(error.message).toContain(`line 2, column ${column}`)
  })

  test('every problem is named, not the first alone', () => {
    const lines = row({ Type: 'Buy', Size: 'two' }).trimEnd()
    const error = errorOf(`${lines}\n${row({ EnteredAt: 'noon' }).split('\n')[1]}`)
    expect(error.problems.map(({ line, column }) => `${line} ${column}`)).toEqual(['2 Size', '2 Type', '3 EnteredAt'])
  })

  test('a missing column is a problem of the rows that need it', () => {
    expect(errorOf('Id,ContractName\n1,MNQZ6\n').problems.map(({ column }) => column)).toContain('EnteredAt')
  })
})

function errorOf(text: string): TradesExportError {
  try {
    readTradesExport(text)
  } catch (error) {
    if (error instanceof TradesExportError) return error
    throw error
  }
  throw new Error('the file was read')
}

function replayed(
  knobs: Partial<ExchangeKnobs>,
  factor: number,
  during?: (exchange: Exchange, clock: SimClock) => void,
): Exchange {
  const trips = readTradesExport(sample)
  const clock = steppedClock(replayStartMs(trips))
  const exchange = new Exchange({ seed: 5, clock, accounts: [{ id: trader, name: 'PRAC', balance: 50_000 }], knobs })
  const running = replayTrades(trips, { accountId: trader, factor }, exchange, clock)
  during?.(exchange, clock)
  clock.advance(1_860_000 / factor + 1_000)
  expect(running.isOver).toBe(true)
  return exchange
}

describe('replay', () => {
  test.each([
    { what: 'at its own pace', knobs: {}, factor: 1 },
    { what: 'a hundred times faster', knobs: {}, factor: 100 },
    { what: 'with slow and split fills', knobs: { fillLatencyMs: [20, 50], largestFill: 1 }, factor: 50 },
  ] as const)('earns the profit of the file to the cent $what', ({ knobs, factor }) => {
    const exchange = replayed(knobs, factor)
    const earned = exchange
      .trades(trader)
      .reduce((total, trade) => total + Math.round((trade.profitAndLoss ?? 0) * 10_000), 0)
    const expected = readTradesExport(sample).reduce((total, trip) => total + trip.profitAndLoss, 0)
    expect(earned).toBe(expected)
    expect(exchange.positions(trader)).toEqual([])
  })

  test('keeps the order and the compressed distances of the file', () => {
    const orders = replayed({ fillLatencyMs: [0, 0] }, 10).orders(trader)
    const offsets = orders.map(
      ({ creationTimestamp }) => Date.parse(creationTimestamp) - Date.parse('2026-11-18T15:31:00Z'),
    )
    expect(offsets).toEqual([0, 12_500, 15_000, 19_000, 30_000, 65_900, 114_000, 114_000, 174_000, 186_000])
  })

  test('leaves a row alone that somebody else has closed', () => {
    const exchange = replayed({ fillLatencyMs: [0, 0] }, 10, (on, clock) => {
      clock.advance(1_000)
      on.closeContract(trader, mnq, 'daemon')
    })
    expect(exchange.positions(trader)).toEqual([])
    expect(exchange.orders(trader)).toHaveLength(10)
    expect(exchange.ledger().filter(({ author }) => author === 'daemon')).toHaveLength(2)
  })

  test('leaves out a row whose entry is refused', () => {
    const exchange = replayed({ fillLatencyMs: [0, 0] }, 10, (on, clock) => {
      clock.advance(60_000)
      on.closeContract(trader, 'CON.F.US.MCLE.Z26', 'daemon')
      on.setCanTrade(trader, false)
    })
    expect(exchange.positions(trader)).toEqual([])
    expect(exchange.orders(trader).filter(({ status }) => status === 5)).toHaveLength(2)
  })
})

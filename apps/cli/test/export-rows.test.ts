import type { AccountDaysReport } from '@rm/control-api'
import { AccountId, ContractId, instantOf, OrderId, TradeId, usd } from '@rm/domain'
import { expect, test } from 'vitest'
import { COLUMNS, exportRows } from '../src/export-rows.ts'

const MNQ = ContractId.parse('CON.F.US.MNQ.Z26')

const REPORT: AccountDaysReport = {
  accountId: AccountId.parse(7_001_001),
  name: 'PRAC-V2-1',
  timeZone: 'America/Chicago',
  contracts: [{ id: MNQ, name: 'MNQZ6', tickSize: 0.25, tickValue: usd(5_000) }],
  days: [
    {
      day: '2026-11-18',
      start: instantOf('2026-11-17T23:00:00Z'),
      end: instantOf('2026-11-18T23:00:00Z'),
      net: usd(-126_200),
      gross: usd(-120_000),
      costs: usd(6_200),
      trades: [
        execution(1, 'buy', '2026-11-17T23:30:00.250Z', null),
        execution(2, 'sell', '2026-11-18T15:45:07.123Z', usd(-120_000)),
      ],
      breaches: [
        {
          id: 'b-1',
          rule: 'RULE-003',
          scope: 'account',
          measured: '-$512.40',
          limit: '-$500.00',
          message: 'Too much, "really".',
          cause: 'trade-reported 2',
          firstSeenAt: instantOf('2026-11-18T15:45:07.123Z'),
          endedAt: null,
        },
      ],
      lockouts: [
        {
          id: 'l-1',
          rule: 'RULE-003',
          scope: 'account',
          effect: 'flat',
          from: instantOf('2026-11-18T15:45:07.123Z'),
          until: instantOf('2026-11-18T23:00:00Z'),
          endsWith: 'next daily reset',
          reason: 'Too much.',
          endedAt: null,
        },
      ],
    },
  ],
}

function execution(id: number, side: 'buy' | 'sell', at: string, realizedPnl: ReturnType<typeof usd> | null) {
  return {
    id: TradeId.parse(id),
    orderId: OrderId.parse(id),
    contractId: MNQ,
    side,
    size: 1,
    price: id === 1 ? 21_006 : 21_000,
    realizedPnl,
    fees: usd(1_850),
    commissions: usd(1_250),
    at: instantOf(at),
    origin: 'trader' as const,
  }
}

test("trades have the columns and the forms of the firm's export", () => {
  const firm =
    'Id,ContractName,EnteredAt,ExitedAt,EntryPrice,ExitPrice,Fees,PnL,Size,Type,TradeDay,TradeDuration,Commissions'
  expect(COLUMNS.trades.slice(0, 13).join(',')).toBe(firm)
  expect(exportRows(REPORT, 'trades')).toEqual([
    {
      Id: '2',
      ContractName: 'MNQZ6',
      EnteredAt: '11/17/2026 17:30:00 -06:00',
      ExitedAt: '11/18/2026 09:45:07 -06:00',
      EntryPrice: 21_006,
      ExitPrice: 21_000,
      Fees: '0.37',
      PnL: '-12.00',
      Size: 1,
      Type: 'Long',
      TradeDay: '11/18/2026 00:00:00 -06:00',
      TradeDuration: '16:15:06.8730000',
      Commissions: '0.25',
      Account: 'PRAC-V2-1',
      By: 'trader',
    },
  ])
})

test.each([
  ['breaches', { TradeDay: '2026-11-18', Id: 'b-1', BegunAt: '2026-11-18T15:45:07.123Z', EndedAt: null }],
  ['lockouts', { TradeDay: '2026-11-18', Id: 'l-1', Until: '2026-11-18T23:00:00.000Z', EndedAt: null }],
  ['pnl', { TradeDay: '2026-11-18', Executions: 2, Gross: '-12.00', Costs: '0.62', Net: '-12.62' }],
] as const)('%s have a row each, in the columns of the header', (kind, row) => {
  const rows = exportRows(REPORT, kind)
  expect(rows).toEqual([expect.objectContaining(row)])
  expect(Object.keys(rows[0] ?? {})).toEqual(COLUMNS[kind])
})

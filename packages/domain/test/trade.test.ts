import { expect, test } from 'vitest'
import { contracts, aTrade } from '../src/testing/builders.ts'
import { netPnl, signedTradeSize } from '../src/trade.ts'
import { usd } from '../src/usd.ts'

const costs = { fees: usd(3_700), commissions: usd(5_000) }

test.each([
  ['a closing trade brings its P&L less its costs', usd(1_000_000), 991_300],
  ['an opening trade only costs', null, -8_700],
  ['a break-even close only costs', usd(0), -8_700],
])('%s', (_name, realizedPnl, net) => {
  expect(netPnl(aTrade(1, contracts.MNQ, { realizedPnl, ...costs }))).toBe(net)
})

test('a sell moves the position down', () => {
  expect(signedTradeSize(aTrade(1, contracts.MNQ, { side: 'sell', size: 3 }))).toBe(-3)
  expect(signedTradeSize(aTrade(1, contracts.MNQ, { side: 'buy', size: 3 }))).toBe(3)
})

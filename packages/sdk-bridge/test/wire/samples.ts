import type { WireAccount, WireOrder, WirePosition, WireTrade } from '../../src/wire/entities.ts'
import type { WireQuote } from '../../src/wire/hubs.ts'

/** Entities as the user and market hubs publish them: no nulls. Values invented. */
export const account: WireAccount = {
  id: 7_001_234,
  name: '50KTC-V2-100200-30040050',
  balance: 50_412.38,
  canTrade: true,
  isVisible: true,
  simulated: true,
}

export const marketOrder: WireOrder = {
  id: 3_500_000_101,
  accountId: 7_001_234,
  contractId: 'CON.F.US.MNQ.Z26',
  symbolId: 'F.US.MNQ',
  creationTimestamp: '2026-11-03T15:04:05.1234567+00:00',
  updateTimestamp: '2026-11-03T15:04:05.1234567+00:00',
  status: 6,
  type: 2,
  side: 0,
  size: 2,
  fillVolume: 0,
  customTag: 'rm-a1b2',
}

export const stopChild: WireOrder = {
  id: 3_500_000_102,
  accountId: 7_001_234,
  contractId: 'CON.F.US.MNQ.Z26',
  symbolId: 'F.US.MNQ',
  creationTimestamp: '2026-11-03T15:04:05.1234567+00:00',
  updateTimestamp: '2026-11-03T15:04:05.1311+00:00',
  status: 1,
  type: 4,
  side: 1,
  size: 2,
  stopPrice: 25_010.25,
  fillVolume: 0,
  customTag: 'rm-a1b2-SL',
  parentOrderId: 3_500_000_101,
  trailDistance: -80,
  trailPrice: -20,
}

export const longPosition: WirePosition = {
  id: 820_000_077,
  accountId: 7_001_234,
  contractId: 'CON.F.US.MNQ.Z26',
  contractDisplayName: 'MNQZ26',
  creationTimestamp: '2026-11-03T15:04:05.1290004+00:00',
  type: 1,
  size: 2,
  averagePrice: 25_030.25,
}

export const closedPosition: WirePosition = { ...longPosition, type: 0, size: 0 }

export const openingTrade: WireTrade = {
  id: 3_100_000_009,
  accountId: 7_001_234,
  contractId: 'CON.F.US.MNQ.Z26',
  creationTimestamp: '2026-11-03T15:04:05.12789+00:00',
  price: 25_030.25,
  fees: 0.72,
  commissions: 0.5,
  side: 0,
  size: 2,
  voided: false,
  orderId: 3_500_000_101,
}

export const closingTrade: WireTrade = {
  ...openingTrade,
  id: 3_100_000_044,
  creationTimestamp: '2026-11-03T15:09:41.0021+00:00',
  price: 25_010.25,
  profitAndLoss: -80,
  side: 1,
  orderId: 3_500_000_102,
}

export const quote: WireQuote = {
  symbol: 'F.US.MNQ',
  bestBid: 25_030,
  bestAsk: 25_030.5,
  lastUpdated: '2026-11-03T15:04:06.4347534+00:00',
  timestamp: '2026-11-03T15:04:06.348+00:00',
  contract: 'CON.F.US.MNQ.Z26',
}

import { OrderSide } from '@rm/sdk-bridge/wire'
import type { Stage } from './stage.ts'
import { closesOf, lastFillOf } from './venue-times.ts'

/** Enters too much for a limit of one contract, and tells how long it took until the first close had arrived at the venue. */
export async function closeLatency(stage: Stage, number: number): Promise<number> {
  const trader = stage.trader(number)
  const before = closesOf(stage.gateway, trader.accountId).length
  await trader.enters('MNQ', OrderSide.buy, 3 - trader.position('MNQ'))
  const breachAt = lastFillOf(stage.gateway, 'trader', trader.accountId).at
  const close = await stage.awaitVenue('a close', () => closesOf(stage.gateway, trader.accountId)[before])
  await stage.awaitVenue('reduced', () => trader.position('MNQ') === 1)
  return close.at - breachAt
}

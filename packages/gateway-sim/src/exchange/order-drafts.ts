import { type BracketRequest, OrderStatus, OrderType, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import type { Author } from '../seam.ts'
import type { ListedContract } from './contracts.ts'
import type { IdSequence } from './id-sequence.ts'
import type { Market } from './market.ts'
import { marketTicks } from './matching.ts'
import type { AcceptedOrder } from './order-execution.ts'
import type { OrderRecord } from './order-record.ts'
import { ticksOf } from './price-grid.ts'
import type { WireStamps } from './wire-stamps.ts'

/** Makes records of placement requests that have been checked. */
export class OrderDrafts {
  readonly #ids: IdSequence
  readonly #stamps: WireStamps
  readonly #market: Market

  constructor(ids: IdSequence, stamps: WireStamps, market: Market) {
    this.#ids = ids
    this.#stamps = stamps
    this.#market = market
  }

  /** The entry, and the suspended legs of its bracket. */
  orders(request: PlaceOrderRequest, contract: ListedContract, author: Author): AcceptedOrder {
    const entry = this.#entry(request, contract, author)
    const stopLoss = this.#leg(entry, request.stopLossBracket, 'SL', null)
    const takeProfit = this.#leg(entry, request.takeProfitBracket, 'TP', stopLoss?.id ?? null)
    return { entry, stopLoss, takeProfit }
  }

  /** The record of a refused order, still pending. Its prices may be nonsense, so it shows none that are off the grid. */
  rejected(request: PlaceOrderRequest, contract: ListedContract, author: Author): OrderRecord {
    return this.#entry(request, contract, author)
  }

  #entry(request: PlaceOrderRequest, contract: ListedContract, author: Author): OrderRecord {
    const { grid } = contract.product
    const inTicks = (price: number | null | undefined): number | null => ticksOf(grid, price ?? Number.NaN) ?? null
    const top = this.#market.top(contract)
    const joined = new Map<OrderType, number>([
      [OrderType.joinBid, top.bid],
      [OrderType.joinAsk, top.ask],
    ])
    const isLimit = request.type === OrderType.limit
    const isTrailing = request.type === OrderType.trailingStop
    const trailStart = isTrailing ? inTicks(request.trailPrice) : null
    const stopStart = request.type === OrderType.stop ? inTicks(request.stopPrice) : null
    return {
      ...this.#blank(),
      accountId: request.accountId,
      contract,
      author,
      type: request.type,
      side: request.side,
      customTag: request.customTag ?? null,
      parentOrderId: null,
      linkedOrderId: null,
      bracketTicks: null,
      status: OrderStatus.pending,
      size: request.size,
      limitTicks: isLimit ? inTicks(request.limitPrice) : (joined.get(request.type) ?? null),
      stopTicks: trailStart ?? stopStart,
      trailTicks: trailStart === null ? null : Math.abs(marketTicks(request.side, top) - trailStart),
    }
  }

  /** A bracket leg has no prices before its entry has filled. Without a tag on the entry it has none either: what it is then is unpublished. */
  #leg(
    entry: OrderRecord,
    bracket: BracketRequest | null | undefined,
    suffix: 'SL' | 'TP',
    linkedOrderId: number | null,
  ): OrderRecord | undefined {
    if (bracket === null || bracket === undefined) return undefined
    return {
      ...this.#blank(),
      accountId: entry.accountId,
      contract: entry.contract,
      author: entry.author,
      type: bracket.type,
      side: entry.side === 0 ? 1 : 0,
      customTag: entry.customTag === null ? null : `${entry.customTag}-${suffix}`,
      parentOrderId: entry.id,
      linkedOrderId,
      bracketTicks: bracket.ticks,
      status: OrderStatus.suspended,
      size: entry.size,
      limitTicks: null,
      stopTicks: null,
      trailTicks: bracket.type === OrderType.trailingStop ? Math.abs(bracket.ticks) : null,
    }
  }

  #blank(): Pick<OrderRecord, 'id' | 'createdAt' | 'updatedAt' | 'fillVolume' | 'filledTicks' | 'isTriggered'> {
    const at = this.#stamps.next()
    return { id: this.#ids.next(), createdAt: at, updatedAt: at, fillVolume: 0, filledTicks: 0, isTriggered: false }
  }
}

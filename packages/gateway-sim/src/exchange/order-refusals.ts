import { type BracketRequest, OrderSide, OrderType, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import type { AccountBook } from './account-book.ts'
import { type ListedContract, isExpired } from './contracts.ts'
import { type Money, multiple, noMoney, sum } from './money.ts'
import { signOf } from './order-record.ts'
import { ticksOf } from './price-grid.ts'
import { takesOrders } from './session.ts'
import { unreachable } from '../unreachable.ts'

/** Why an order is not taken: a code of the endpoint's table and, if the gateway gives one, a text. */
export interface Refusal {
  readonly code: number
  readonly message: string | null
}

/** Codes of `Order/place` (gateway contract, 2.3). */
export const PlaceCode = {
  accountNotFound: 1,
  orderRejected: 2,
  accountViolation: 4,
  contractNotFound: 8,
  contractNotActive: 9,
} as const

/** A closed market comes as code 2 with this text, not as code 5 (gateway contract, 2.3). */
export const marketClosed: Refusal = {
  code: PlaceCode.orderRejected,
  message: 'Trading is currently unavailable. The instrument is not in an active trading status.',
}

/** Bracket legs must keep this distance (gateway contract, 2.7). */
const leastBracketTicks = 4

/** A retry with the tag of an order that exists. It leaves no rejected record: the tag must keep naming the first order. */
export function isRepeatedTag(request: PlaceOrderRequest, book: AccountBook): boolean {
  return typeof request.customTag === 'string' && book.usedTags.has(request.customTag)
}

/** The first reason against an order of a known account and contract, or `undefined`. */
export function refusalOf(
  request: PlaceOrderRequest,
  book: AccountBook,
  contract: ListedContract,
  nowMs: number,
  cutoff: number,
): Refusal | undefined {
  if (isExpired(contract, nowMs)) return { code: PlaceCode.contractNotActive, message: null }
  if (!book.canTrade) return { code: PlaceCode.accountViolation, message: null }
  if (!takesOrders(contract.product.hours, nowMs, cutoff)) return marketClosed
  const text =
    priceProblem(request, contract) ?? bracketProblem(request, book) ?? marginProblem(request, book, contract)
  return text === undefined ? undefined : { code: PlaceCode.orderRejected, message: text }
}

/** What is wrong with the price that this type of order needs. Texts without a recorded original are worded alike. */
function priceProblem(request: PlaceOrderRequest, contract: ListedContract): string | undefined {
  if (request.size < 1) return `Invalid order size (${request.size}).`
  switch (request.type) {
    case OrderType.limit:
      return misalignment('limit', request.limitPrice, contract)
    case OrderType.stop:
      return misalignment('stop', request.stopPrice, contract)
    case OrderType.trailingStop:
      return misalignment('trail', request.trailPrice, contract)
    case OrderType.market:
    case OrderType.joinBid:
    case OrderType.joinAsk:
      return undefined
    case OrderType.unknown:
    case OrderType.stopLimit:
      return `Invalid order type (${request.type}).`
    default:
      return unreachable(request.type)
  }
}

/** The text against a price that is missing or off the grid. */
export function misalignment(
  name: 'limit' | 'stop' | 'trail',
  price: number | null | undefined,
  contract: ListedContract,
): string | undefined {
  if (price === null || price === undefined) return `Invalid ${name} price. Price is required.`
  const isAligned = ticksOf(contract.product.grid, price) !== undefined
  return isAligned ? undefined : `Invalid ${name} price. Price is not aligned to tick size.`
}

function bracketProblem(request: PlaceOrderRequest, book: AccountBook): string | undefined {
  const { side, stopLossBracket, takeProfitBracket } = request
  if ((stopLossBracket ?? takeProfitBracket ?? null) === null) return undefined
  if (book.terms.bracketMode === 'position') {
    return 'Brackets cannot be used with Position Brackets. You must enable Auto OCO Brackets.'
  }
  const lossSign = side === OrderSide.buy ? -1 : 1
  return (
    legProblem('stop loss', stopLossBracket, lossSign, [OrderType.stop, OrderType.trailingStop], side) ??
    legProblem('take profit', takeProfitBracket, -lossSign, [OrderType.limit], side)
  )
}

function legProblem(
  leg: string,
  bracket: BracketRequest | null | undefined,
  wantedSign: number,
  types: readonly OrderType[],
  side: OrderSide,
): string | undefined {
  if (bracket === null || bracket === undefined) return undefined
  const { ticks, type } = bracket
  if (!types.includes(type)) return `Invalid ${leg} type (${type}).`
  if (Math.sign(ticks) !== wantedSign) {
    const direction = side === OrderSide.buy ? 'longing' : 'shorting'
    return `Invalid ${leg} ticks (${ticks}). Ticks should be ${wantedSign < 0 ? 'less' : 'greater'} than zero when ${direction}.`
  }
  if (Math.abs(ticks) >= leastBracketTicks) return undefined
  return `Invalid ${leg} ticks (${ticks}). Price should be at least ${leastBracketTicks} ticks away.`
}

/** An order that does not enlarge the position is never short of margin. */
function marginProblem(request: PlaceOrderRequest, book: AccountBook, contract: ListedContract): string | undefined {
  const held = book.positionSize(contract.id)
  const after = held + signOf(request.side) * request.size
  if (Math.abs(after) <= Math.abs(held)) return undefined
  const others = [...book.positions.values()].filter((position) => position.contract.id !== contract.id)
  const bound: Money = others.reduce(
    (total, position) => sum(total, multiple(position.contract.product.margin, Math.abs(position.signedSize))),
    noMoney,
  )
  const needed = sum(bound, multiple(contract.product.margin, Math.abs(after)))
  return needed > book.balance ? 'Not enough margin.' : undefined
}

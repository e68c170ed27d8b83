import { z } from 'zod'
import type { OrderSide } from './enums.ts'
import { wireBoolean, wireInteger, wireNumber, wireStamp } from './scalars.ts'

/*
 * The things that REST lists and the user hub publishes in one and the same shape. Two forms of each:
 * `Wire…` is the text form that travels (stamps are ISO text), `…Message` is what decoding makes of it (stamps are epoch milliseconds).
 * REST sends explicit nulls where the hub leaves the field out; a reader treats the two alike, so both stay `null | undefined` here.
 */

/** A field that may be null or absent. */
export type Nullish<T> = T | null | undefined

/** What both forms of an account hold. */
export interface AccountMessage {
  readonly id: number
  /** Carries the programme, e.g. `PRAC-…`, `50KTC-…`, `EXPRESS-…`. */
  readonly name: string
  /** Realised cash in dollars after costs, without open profit. Absent in old replies. */
  readonly balance?: Nullish<number>
  /** False: the firm refuses new orders. */
  readonly canTrade: boolean
  /** False: archived. */
  readonly isVisible: boolean
  /** Where orders execute, not whether money is at stake. Absent in old replies. */
  readonly simulated?: Nullish<boolean>
}
export type WireAccount = AccountMessage

export const accountSchema: z.ZodType<AccountMessage, WireAccount> = z.object({
  id: wireInteger,
  name: z.string(),
  balance: wireNumber.nullish(),
  canTrade: wireBoolean,
  isVisible: wireBoolean,
  simulated: wireBoolean.nullish(),
})

export interface ContractMessage {
  /** `CON.F.US.<PRODUCT>.<M><YY>`. */
  readonly id: string
  /** Exchange root, month letter, last digit of the year. */
  readonly name: string
  readonly description?: Nullish<string>
  /** Price step. */
  readonly tickSize: number
  /** Dollars per tick and contract. */
  readonly tickValue: number
  /** The venue's current front month. Also true for every hit of a text search. */
  readonly activeContract: boolean
  /** `F.US.<PRODUCT>`. */
  readonly symbolId?: Nullish<string>
}
export type WireContract = ContractMessage

export const contractSchema: z.ZodType<ContractMessage, WireContract> = z.object({
  id: z.string().min(1),
  name: z.string(),
  description: z.string().nullish(),
  tickSize: wireNumber,
  tickValue: wireNumber,
  activeContract: wireBoolean,
  symbolId: z.string().nullish(),
})

interface OrderFields<Stamp> {
  readonly id: number
  readonly accountId: number
  readonly contractId: string
  readonly symbolId?: Nullish<string>
  readonly creationTimestamp: Stamp
  readonly updateTimestamp?: Nullish<Stamp>
  /** `OrderStatus`, or a value from the future: then the order counts as working. */
  readonly status: number
  /** `OrderType`, or a value from the future. */
  readonly type: number
  readonly side: OrderSide
  readonly size: number
  readonly limitPrice?: Nullish<number>
  readonly stopPrice?: Nullish<number>
  /** Cumulative filled contracts. Absent in old replies. */
  readonly fillVolume?: Nullish<number>
  /** Average fill price. */
  readonly filledPrice?: Nullish<number>
  readonly customTag?: Nullish<string>
  /** Present on bracket children only. */
  readonly parentOrderId?: Nullish<number>
  /** Present on a take-profit child only: its stop-loss sibling. */
  readonly linkedOrderId?: Nullish<number>
  /** Ticks. */
  readonly trailDistance?: Nullish<number>
  /** In an order: a distance in price units. */
  readonly trailPrice?: Nullish<number>
}
export type WireOrder = OrderFields<string>
export type OrderMessage = OrderFields<number>

const side: z.ZodType<OrderSide, OrderSide> = z.transform((value: OrderSide, context): OrderSide => {
  if (value === 0 || value === 1) return value
  const text: unknown = value
  if (text === '0') return 0
  if (text === '1') return 1
  context.issues.push({ code: 'custom', message: 'expected side 0 (buy) or 1 (sell)', input: value })
  return z.NEVER
})

export const orderSchema: z.ZodType<OrderMessage, WireOrder> = z.object({
  id: wireInteger,
  accountId: wireInteger,
  contractId: z.string().min(1),
  symbolId: z.string().nullish(),
  creationTimestamp: wireStamp,
  updateTimestamp: wireStamp.nullish(),
  status: wireInteger,
  type: wireInteger,
  side,
  size: wireInteger,
  limitPrice: wireNumber.nullish(),
  stopPrice: wireNumber.nullish(),
  fillVolume: wireInteger.nullish(),
  filledPrice: wireNumber.nullish(),
  customTag: z.string().nullish(),
  parentOrderId: wireInteger.nullish(),
  linkedOrderId: wireInteger.nullish(),
  trailDistance: wireInteger.nullish(),
  trailPrice: wireNumber.nullish(),
})

interface PositionFields<Stamp> {
  readonly id: number
  readonly accountId: number
  readonly contractId: string
  readonly contractDisplayName?: Nullish<string>
  readonly creationTimestamp: Stamp
  /** `PositionType`. Without meaning when the size is 0. */
  readonly type: number
  /** Documented as a magnitude. A negative number is passed on: take its absolute value, believe `type`, and raise an alarm. */
  readonly size: number
  /** Average entry price, also in the event that closes the position. */
  readonly averagePrice: number
}
export type WirePosition = PositionFields<string>
export type PositionMessage = PositionFields<number>

export const positionSchema: z.ZodType<PositionMessage, WirePosition> = z
  .object({
    id: wireInteger,
    accountId: wireInteger,
    contractId: z.string().min(1),
    contractDisplayName: z.string().nullish(),
    creationTimestamp: wireStamp,
    type: wireInteger,
    size: wireInteger,
    averagePrice: wireNumber,
  })
  .check((context) => {
    const { size, type } = context.value
    if (size === 0 || type === 1 || type === 2) return
    context.issues.push({
      code: 'custom',
      message: `open position of size ${size} with unknown type ${type}`,
      path: ['type'],
      input: type,
    })
  })

interface TradeFields<Stamp> {
  /** The key to count a trade by. */
  readonly id: number
  readonly accountId: number
  readonly contractId: string
  readonly creationTimestamp: Stamp
  readonly price: number
  /** Gross dollars. Null or absent: an opening half-turn. 0: a close at break-even. */
  readonly profitAndLoss?: Nullish<number>
  /** Exchange and clearing dollars of this half-turn. */
  readonly fees: number
  /** Firm commission in dollars of this half-turn, not contained in `fees`. Absent in old replies. */
  readonly commissions?: Nullish<number>
  readonly side: OrderSide
  readonly size: number
  /** True: does not count, and has to be reversed if it was counted. */
  readonly voided: boolean
  readonly orderId: number
}
export type WireTrade = TradeFields<string>
export type TradeMessage = TradeFields<number>

export const tradeSchema: z.ZodType<TradeMessage, WireTrade> = z.object({
  id: wireInteger,
  accountId: wireInteger,
  contractId: z.string().min(1),
  creationTimestamp: wireStamp,
  price: wireNumber,
  profitAndLoss: wireNumber.nullish(),
  fees: wireNumber,
  commissions: wireNumber.nullish(),
  side,
  size: wireInteger,
  voided: wireBoolean,
  orderId: wireInteger,
})

interface BarFields<Stamp> {
  readonly t: Stamp
  readonly o: number
  readonly h: number
  readonly l: number
  readonly c: number
  readonly v: number
}
export type WireBar = BarFields<string>
export type BarMessage = BarFields<number>

export const barSchema: z.ZodType<BarMessage, WireBar> = z.object({
  t: wireStamp,
  o: wireNumber,
  h: wireNumber,
  l: wireNumber,
  c: wireNumber,
  v: wireInteger,
})

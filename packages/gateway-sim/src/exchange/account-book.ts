import type { WireAccount } from '@rm/sdk-bridge/wire'
import type { ListedContract } from './contracts.ts'
import { add, dividedBy, type Fraction, rounded, subtract, times, whole, zero } from './fraction.ts'
import { dollars, type Money, money, multiple, negative, noMoney, sum } from './money.ts'
import { type OrderRecord, signOf } from './order-record.ts'

/** One execution. */
export interface TradeRecord {
  readonly id: number
  readonly accountId: number
  readonly contract: ListedContract
  readonly orderId: number
  readonly createdAt: string
  readonly ticks: number
  readonly side: 0 | 1
  readonly size: number
  /** Gross, of the contracts that this execution closed; null when it closed none. */
  readonly profitAndLoss: Money | null
  readonly fees: Money
  readonly commissions: Money
  isVoided: boolean
}

/** The netted position of one contract, from flat to flat or to the other side. */
export interface PositionRecord {
  readonly id: number
  readonly contract: ListedContract
  readonly createdAt: string
  /** Below zero is short. */
  readonly signedSize: number
  /** In ticks; a closed position keeps its entry price. */
  readonly average: Fraction
  /** Unrounded profit of this cycle, so that the rounded profits of its trades add up to the rounded whole. */
  readonly realized: Fraction
  /** The execution that opened it, unless that one also closed the opposite position. */
  readonly openedBy: TradeRecord | null
}

/** What one execution did. */
export interface FillOutcome {
  readonly trade: TradeRecord
  readonly before: number
  readonly position: PositionRecord
  /** The opening execution of the cycle that this one ended. */
  readonly openedBy: TradeRecord | null
}

/** Who the account is and what it starts with. */
export interface AccountTerms {
  readonly id: number
  readonly name: string
  readonly balance: Money
  /** False for a live-funded account or a copy-trading follower: the gateway then refuses cancels and closes. */
  readonly simulated: boolean
  readonly canTrade: boolean
  /** The account's platform setting: brackets in an order need `auto-oco`. */
  readonly bracketMode: 'auto-oco' | 'position'
}

/** Numbers and the stamp that the exchange gives to an execution. */
export interface FillStamp {
  readonly tradeId: number
  /** Used if the execution opens a position. */
  readonly positionId: number
  readonly at: string
}

/** One account: orders, netted positions, executions and the balance that follows from them. */
export class AccountBook {
  readonly terms: AccountTerms
  readonly orders = new Map<number, OrderRecord>()
  readonly positions = new Map<string, PositionRecord>()
  readonly trades = new Map<number, TradeRecord>()
  readonly usedTags = new Set<string>()
  canTrade: boolean
  #balance: Money

  constructor(terms: AccountTerms) {
    this.terms = terms
    this.canTrade = terms.canTrade
    this.#balance = terms.balance
  }

  /** Realised cash after costs; open profit is not in it. */
  get balance(): Money {
    return this.#balance
  }

  /** Signed contracts; 0 without a position. */
  positionSize(contractId: string): number {
    return this.positions.get(contractId)?.signedSize ?? 0
  }

  /** Books one execution of an order: fees, profit of what it closes, the position after it. */
  fill(order: OrderRecord, ticks: number, size: number, stamp: FillStamp): FillOutcome {
    const { contract, side } = order
    const before = this.positions.get(contract.id)
    const booked = bookFill(before, signOf(side) * size, ticks, contract)
    const trade: TradeRecord = {
      id: stamp.tradeId,
      accountId: this.terms.id,
      contract,
      orderId: order.id,
      createdAt: stamp.at,
      ticks,
      side,
      size,
      profitAndLoss: booked.profitAndLoss,
      fees: multiple(contract.product.fee, size),
      commissions: multiple(contract.product.commission, size),
      isVoided: false,
    }
    const opens = booked.isNewCycle
    const position: PositionRecord = {
      id: opens || before === undefined ? stamp.positionId : before.id,
      contract,
      createdAt: opens || before === undefined ? stamp.at : before.createdAt,
      signedSize: booked.signedSize,
      average: booked.average,
      realized: booked.realized,
      openedBy: opens ? (booked.profitAndLoss === null ? trade : null) : (before?.openedBy ?? null),
    }
    this.trades.set(trade.id, trade)
    if (position.signedSize === 0) this.positions.delete(contract.id)
    else this.positions.set(contract.id, position)
    this.#balance = sum(this.#balance, cashOf(trade))
    const endsCycle = before !== undefined && (opens || position.signedSize === 0)
    return { trade, before: before?.signedSize ?? 0, position, openedBy: endsCycle ? before.openedBy : null }
  }

  /** Takes the money of a trade back. The position stays: what a voided trade does to it is unpublished. */
  voidTrade(tradeId: number): TradeRecord | undefined {
    const trade = this.trades.get(tradeId)
    if (trade === undefined || trade.isVoided) return trade
    trade.isVoided = true
    this.#balance = sum(this.#balance, negative(cashOf(trade)))
    return trade
  }

  toWire(): WireAccount {
    const { id, name, simulated } = this.terms
    return { id, name, balance: dollars(this.#balance), canTrade: this.canTrade, isVisible: true, simulated }
  }
}

/** What a trade does to the balance (gateway contract, 6.4). */
function cashOf({ profitAndLoss, fees, commissions }: TradeRecord): Money {
  return sum(profitAndLoss ?? noMoney, negative(fees), negative(commissions))
}

interface BookedFill {
  readonly signedSize: number
  readonly average: Fraction
  readonly realized: Fraction
  readonly profitAndLoss: Money | null
  /** The fill opened the position that is there now. */
  readonly isNewCycle: boolean
}

/** Netting at average price: lots are not told apart (gateway contract, 6.4). */
function bookFill(
  before: PositionRecord | undefined,
  signedFill: number,
  ticks: number,
  contract: ListedContract,
): BookedFill {
  const opened = { average: whole(ticks), realized: zero, profitAndLoss: null, isNewCycle: true }
  if (before === undefined) return { ...opened, signedSize: signedFill }
  const held = before.signedSize
  const signedSize = held + signedFill
  if (Math.sign(held) === Math.sign(signedFill)) {
    const cost = add(times(before.average, held), whole(ticks * signedFill))
    const average = dividedBy(cost, signedSize)
    return { signedSize, average, realized: before.realized, profitAndLoss: null, isNewCycle: false }
  }
  const closed = Math.min(Math.abs(held), Math.abs(signedFill)) * Math.sign(held)
  const profit = times(subtract(whole(ticks), before.average), closed * contract.product.tickValue)
  const realized = add(before.realized, profit)
  const profitAndLoss = money(rounded(realized) - rounded(before.realized))
  const isReversal = Math.abs(signedFill) > Math.abs(held)
  if (isReversal) return { ...opened, signedSize, profitAndLoss }
  return { signedSize, average: before.average, realized, profitAndLoss, isNewCycle: false }
}

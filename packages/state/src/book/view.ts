import {
  type AccountView,
  type ConnectionFacts,
  type ContractId,
  type ContractSpec,
  type DayTrade,
  type FilledOrder,
  type Instant,
  isUsableSpec,
  latest,
  type OrderId,
  type PositionValue,
  type PositionView,
  type Quote,
  type TradingCalendar,
  type Unvalued,
} from '@rm/domain'
import type { Book } from './book.ts'
import type { BookStep } from './book-step.ts'
import { remainingContracts } from './lots-ahead.ts'
import { exitAheadSinceMs, grownAhead } from './management.ts'
import type { ContractBook } from './positions.ts'
import { ledgerOfDay, NO_PNL } from './trades.ts'
import { exitPrices, sumValues, type ValuationInputs, valuePosition } from './valuation.ts'

/** Signed sizes within which a contract's position has to lie. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/** Since when this process knows that a position is held, and that its market is open meanwhile. */
export interface Holding {
  readonly heldSince: Instant
  /** `null` while the market is closed. */
  readonly marketOpenSince: Instant | null
}

/** What a view takes from outside the book. */
export interface ViewInputs {
  /** Business time. */
  readonly now: Instant
  readonly calendar: TradingCalendar
  readonly contract: (contractId: ContractId) => ContractSpec | null
  readonly quote: (contractId: ContractId) => Quote | null
  /** Whether the product's session is open: outside, an old quote is no fault. */
  readonly isMarketOpen: (contractId: ContractId) => boolean
  /** A quote that is older is unknown. */
  readonly staleAfterMs: number
  /** `null` for what is not held. */
  readonly holding: (contractId: ContractId) => Holding | null
  readonly connection: ConnectionFacts
  /** What goals that are being pursued demand already. */
  readonly demands: {
    readonly allowed: (contractId: ContractId) => SizeRange
    readonly ordersCancelled: ReadonlySet<OrderId>
  }
}

const NO_TRADES: readonly DayTrade[] = []
const NO_FILLED_ORDERS: readonly FilledOrder[] = []

/** The account as rules see it, at one instant. Positions in order of their contract ids, so that equal books give equal views. */
export function viewOf(book: Book, step: Pick<BookStep, 'newTrades' | 'enlarged'>, inputs: ViewInputs): AccountView {
  const day = inputs.calendar.dayOf(inputs.now)
  const ledger = ledgerOfDay(book.trades, day)
  const positions = openPositions(book, inputs)
  return {
    accountId: book.accountId,
    account: book.account,
    connection: inputs.connection,
    day,
    positions,
    orders: book.orders.working,
    realized: ledger?.realized ?? NO_PNL,
    unrealized: sumValues(positions.map(({ value }) => value)),
    trades: ledger?.counted ?? NO_TRADES,
    filledOrders: ledger?.orders ?? NO_FILLED_ORDERS,
    newTrades: step.newTrades,
    enlarged: step.enlarged,
    ordersBeingCancelled: inputs.demands.ordersCancelled,
  }
}

function openPositions(book: Book, inputs: ViewInputs): readonly PositionView[] {
  const views: PositionView[] = []
  for (const contract of book.contracts.values()) {
    const view = positionView(contract, inputs)
    if (view !== null) views.push(view)
  }
  return views.toSorted((a, b) => (a.contractId < b.contractId ? -1 : 1))
}

function positionView(book: ContractBook, inputs: ViewInputs): PositionView | null {
  const { position, cycle, lots } = book
  if (position === null || cycle === null) return null
  const { contractId, signedSize, averagePrice } = position
  const contract = inputs.contract(contractId)
  const { min, max } = inputs.demands.allowed(contractId)
  const quote = inputs.quote(contractId)
  const valued: ValuationInputs = {
    signedSize: remainingContracts(lots, signedSize),
    averagePrice,
    contract,
    quote,
    isMarketOpen: inputs.isMarketOpen(contractId),
    staleAfterMs: inputs.staleAfterMs,
    now: inputs.now,
  }
  const value = valuePosition(valued)
  return {
    contractId,
    contract,
    signedSize,
    projectedSize: Math.min(max, Math.max(min, signedSize)),
    averagePrice,
    openedAt: cycle.openedAt,
    enlargedAt: cycle.enlargedAt,
    value,
    unvalued: unvaluedSince(value, contract, quote, inputs.holding(contractId)),
    protection: cycle.protection,
    exit: exitPrices(cycle.side, valued),
    exitAheadSinceMs: exitAheadSinceMs(book),
    grownAhead: grownAhead(book, inputs.now),
    management: cycle.management,
  }
}

/** What is missing and since when somebody should have had it. */
function unvaluedSince(
  value: PositionValue,
  contract: ContractSpec | null,
  quote: Quote | null,
  holding: Holding | null,
): Unvalued | null {
  if (value.kind === 'known' || holding === null) return null
  const { heldSince, marketOpenSince } = holding
  if (contract === null || !isUsableSpec(contract)) return { missing: 'tick-value', since: heldSince }
  if (marketOpenSince === null) return null
  // The last price of before a halt is no fault of the hours in which nobody traded.
  const lastHeard = value.lastKnown === null || quote === null ? marketOpenSince : quote.receivedAt
  return { missing: 'quote', since: latest(lastHeard, marketOpenSince) }
}

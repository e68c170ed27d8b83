import {
  type AccountView,
  type ContractId,
  type ContractSpec,
  type DayTrade,
  type Instant,
  type OrderId,
  type PositionView,
  type Quote,
  type TradingCalendar,
} from '@rm/domain'
import type { Book } from './book.ts'
import type { BookStep } from './book-step.ts'
import { remainingContracts } from './lots-ahead.ts'
import { exitAheadSinceMs } from './management.ts'
import type { ContractBook } from './positions.ts'
import { ledgerOfDay, NO_PNL } from './trades.ts'
import { exitPrices, sumValues, type ValuationInputs, valuePosition } from './valuation.ts'

/** Signed sizes within which a contract's position has to lie. */
export interface SizeRange {
  readonly min: number
  readonly max: number
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
  /** What goals that are being pursued demand already. */
  readonly demands: {
    readonly allowed: (contractId: ContractId) => SizeRange
    readonly ordersCancelled: ReadonlySet<OrderId>
  }
}

const NO_TRADES: readonly DayTrade[] = []

/** The account as rules see it, at one instant. Positions in order of their contract ids, so that equal books give equal views. */
export function viewOf(book: Book, step: Pick<BookStep, 'newTrades' | 'enlarged'>, inputs: ViewInputs): AccountView {
  const day = inputs.calendar.dayOf(inputs.now)
  const ledger = ledgerOfDay(book.trades, day)
  const positions = openPositions(book, inputs)
  return {
    accountId: book.accountId,
    day,
    positions,
    orders: book.orders.working,
    realized: ledger?.realized ?? NO_PNL,
    unrealized: sumValues(positions.map(({ value }) => value)),
    trades: ledger?.counted ?? NO_TRADES,
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
  const valued: ValuationInputs = {
    signedSize: remainingContracts(lots, signedSize),
    averagePrice,
    contract,
    quote: inputs.quote(contractId),
    isMarketOpen: inputs.isMarketOpen(contractId),
    staleAfterMs: inputs.staleAfterMs,
    now: inputs.now,
  }
  return {
    contractId,
    contract,
    signedSize,
    projectedSize: Math.min(max, Math.max(min, signedSize)),
    averagePrice,
    openedAt: cycle.openedAt,
    enlargedAt: cycle.enlargedAt,
    value: valuePosition(valued),
    protection: cycle.protection,
    exit: exitPrices(cycle.side, valued),
    exitAheadSinceMs: exitAheadSinceMs(book),
    management: cycle.management,
  }
}

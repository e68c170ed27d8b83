export { admissionDueMs, isAdmitted } from './book/account.ts'
export { applyEvent } from './book/apply-event.ts'
export {
  executedSizes,
  type Exposure,
  exposureOf,
  leftByTrades,
  openSizes,
  shrunkFrom,
  workingOrder,
} from './book/exposure.ts'
export {
  beginGap,
  confirmableMs,
  type Book,
  emptyBook,
  endOf,
  hasFilled,
  isKnownOrder,
  knownOrder,
  observedMs,
  owedEvents,
  repeatedMs,
  restoreBook,
  signedSize,
  withCalendar,
  withStreamRestored,
  workedMs,
} from './book/book.ts'
export { isSizeKnownSince, openCycleOf, orderWithTag, withManagement } from './book/management.ts'
export type { BookContext, BookStep } from './book/book-step.ts'
export { isValuedByPrice, movedView } from './book/moved-view.ts'
export { mergeQuote, type QuoteMerge, settleExtremes } from './book/quotes.ts'
export { REST_LAG_TOLERANCE_MS } from './book/rest-lag.ts'
export { dayPnl, tradesPnl } from './book/trades.ts'
export { type Holding, type SizeRange, type ViewInputs, viewOf } from './book/view.ts'

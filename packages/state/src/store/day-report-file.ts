import type { AccountId, TradingDay } from '@rm/domain'
import { type DayReport, readDayReport } from './day-report.ts'
import { History } from './history.ts'
import { Queries } from './queries.ts'
import { readOnly } from './read-only.ts'

/**
 * The report of a day from a database that no daemon uses; nothing is written.
 *
 * Throws `RmError`: STORE_UNSAFE, STORE_LOCKED, STORE_CORRUPT.
 */
export function dayReportOf(file: string, accountId: AccountId, day: TradingDay): DayReport {
  return readOnly(file, (database) => readDayReport(new History(new Queries(database)), accountId, day))
}

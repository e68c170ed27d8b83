import type { Validator } from '../../validator.ts'
import { oldRecordsCheck } from './old-records-check.ts'
import { recordedDaysCheck } from './recorded-days-check.ts'
import { retentionCheck } from './retention-check.ts'
import { tradingDayCheck } from './trading-day-check.ts'

/** Whether everything that was done can be shown, for as long as it may be asked for. */
export const complianceValidator: Validator = {
  title: 'Compliance',
  runs: 'beside others',
  checks: [tradingDayCheck, recordedDaysCheck, retentionCheck, oldRecordsCheck],
}

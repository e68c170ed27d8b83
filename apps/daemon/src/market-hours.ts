import type { ContractId, ContractSpec, Instant, SessionSpec, TradingCalendar } from '@rm/domain'

/** The exchange week: Sunday 17:00 to Friday 16:00 Chicago with a daily halt of an hour (gateway contract 6.5). */
const GLOBEX: SessionSpec = {
  start: '17:00',
  end: '16:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
  allDay: false,
  respectHolidays: true,
}

/** Whether quotes of a contract are to be expected: in the halt and at weekends an old quote is no fault. */
export function marketHours(
  calendar: TradingCalendar,
  contract: (contractId: ContractId) => ContractSpec | null,
): (contractId: ContractId, now: Instant) => boolean {
  return (contractId, now) => calendar.session(GLOBEX, contract(contractId)?.root ?? null).isOpen(now)
}

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

/** When quotes of a contract are to be expected: in the halt and at weekends an old quote is no fault. */
export class MarketHours {
  #calendar: TradingCalendar
  readonly #contract: (contractId: ContractId) => ContractSpec | null

  constructor(calendar: TradingCalendar, contract: (contractId: ContractId) => ContractSpec | null) {
    this.#calendar = calendar
    this.#contract = contract
  }

  /** The configuration has other holidays. */
  follow(calendar: TradingCalendar): void {
    this.#calendar = calendar
  }

  isOpen(contractId: ContractId, now: Instant): boolean {
    return this.#calendar.session(GLOBEX, this.#contract(contractId)?.root ?? null).isOpen(now)
  }
}

import type { Severity } from '@rm/domain'

/** What can be wrong with the disk while the program runs. */
export type StoreAlarmCode =
  | 'disk-full'
  | 'kept-aside'
  | 'checkpoint-failed'
  | 'log-long'
  | 'database-lost'
  | 'misfit-kept'
  | 'ballast-missing'

/** Something about the disk that a human has to know: that it begins, and that it is over. */
export interface StoreAlarm {
  readonly code: StoreAlarmCode
  readonly severity: Severity
  readonly isOver: boolean
  readonly text: string
}

const SEVERITIES = {
  'disk-full': 'critical',
  'kept-aside': 'critical',
  'checkpoint-failed': 'error',
  'log-long': 'error',
  'database-lost': 'critical',
  'misfit-kept': 'critical',
  'ballast-missing': 'warning',
} as const satisfies Readonly<Record<StoreAlarmCode, Severity>>

/** Tells each trouble once when it begins and once when it is over. */
export class StoreAlarms {
  readonly #tell: (alarm: StoreAlarm) => void
  readonly #standing = new Set<StoreAlarmCode>()

  constructor(tell: (alarm: StoreAlarm) => void) {
    this.#tell = tell
  }

  raise(code: StoreAlarmCode, text: string): void {
    if (this.#standing.has(code)) return
    this.#standing.add(code)
    this.#tell({ code, severity: SEVERITIES[code], isOver: false, text })
  }

  /** Does nothing unless it stands. */
  settle(code: StoreAlarmCode, text: string): void {
    if (this.#standing.delete(code)) this.#tell({ code, severity: SEVERITIES[code], isOver: true, text })
  }
}

import type { Account } from '@rm/domain'
import { REST_LAG_TOLERANCE_MS } from './rest-lag.ts'

/**
 * What is known of the firm's leave to trade (`canTrade`), beside what was said last. Events of the account carry no stamp: one that says "can
 * trade" may be older than the one that barred it (reliability ).
 */
export interface Admission {
  /** Monotonic time of the stream's last word that the account is barred; `null` before the first. */
  readonly barredMs: number | null
  /** When the last reading was asked for that said what is believed now; `null` while none has. */
  readonly readMs: number | null
}

export const UNREAD_ADMISSION: Admission = { barredMs: null, readMs: null }

/** After the stream said whether the account can trade. */
export function admissionHeard(
  admission: Admission,
  known: Account | null,
  { canTrade }: Account,
  heardMs: number,
): Admission {
  const barredMs = canTrade ? admission.barredMs : heardMs
  const readMs = known !== null && known.canTrade !== canTrade ? null : admission.readMs
  return barredMs === admission.barredMs && readMs === admission.readMs ? admission : { barredMs, readMs }
}

/** After a reading said it too, or was believed. */
export function admissionRead({ barredMs }: Admission, requestedMs: number): Admission {
  return { barredMs, readMs: requestedMs }
}

/** When a reading that says "can trade" may be asked for at the earliest, so that it cannot lag behind the word that barred (monotonic). */
export function admissibleMs({ barredMs }: Admission): number {
  return barredMs === null ? 0 : barredMs + REST_LAG_TOLERANCE_MS + 1
}

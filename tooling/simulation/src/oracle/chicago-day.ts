/** Days on which 17:00 in Chicago opens the next trading day. */
const RESET_DAYS = new Set([7, 1, 2, 3, 4])

/** The last reset until then, counted from a naive walk over the days: the oracle asks no calendar of the product. */
export function lastReset(epochMs: number): number {
  const minute = Math.floor(epochMs / MINUTE_MS)
  if (minute !== known.minute) known = { minute, reset: walkedBack(minute * MINUTE_MS) }
  return known.reset
}

const MINUTE_MS = 60_000
/** Every look asks, and zone arithmetic is the slowest thing that it would do. Resets lie on whole minutes. */
let known = { minute: Number.NaN, reset: 0 }

function walkedBack(epochMs: number): number {
  const now = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO('America/Chicago')
  for (let back = 0; back < 8; back += 1) {
    const day = now.toPlainDate().subtract({ days: back })
    if (!RESET_DAYS.has(day.dayOfWeek)) continue
    const reset = day.toZonedDateTime({ timeZone: 'America/Chicago', plainTime: '17:00' }).epochMilliseconds
    if (reset <= epochMs) return reset
  }
  throw new RangeError(`no reset before ${epochMs}`)
}

import { invariant } from './invariant.ts'

declare const brand: unique symbol

/**
 * An instant as whole milliseconds since 1970-01-01T00:00Z.
 *
 * A number and not a `Temporal.Instant`: it is compared on every quote, stored as an integer and never used to reason about
 * wall clocks. Wall-clock questions go to the trading calendar, which speaks `Temporal` (docs/decisions/0003).
 */
export type Instant = number & { readonly [brand]: 'Instant' }

/** Brands whole epoch milliseconds. Throws {@link InvariantError} for a fraction, NaN or a number out of range. */
export function instant(epochMs: number): Instant {
  invariant(Number.isSafeInteger(epochMs), () => `an instant is whole milliseconds, was ${epochMs}`)
  return epochMs as Instant
}

/** The instant that an ISO 8601 text with offset names, for example `2026-03-09T14:30:00Z`. Throws `RangeError` on anything else. */
export function instantOf(iso: string): Instant {
  return instant(Temporal.Instant.from(iso).epochMilliseconds)
}

/** The instant `ms` whole milliseconds later (earlier when negative). */
export function later(from: Instant, ms: number): Instant {
  return instant(from + ms)
}

/** The later of two instants. */
export function latest(a: Instant, b: Instant): Instant {
  return a > b ? a : b
}

/** The earliest of the instants given, `null` standing for "never". */
export function earliest(...instants: readonly (Instant | null)[]): Instant | null {
  let first: Instant | null = null
  for (const candidate of instants) {
    if (candidate !== null && (first === null || candidate < first)) first = candidate
  }
  return first
}

/** ISO 8601 in UTC with milliseconds, for logs and stored evidence. */
export function formatInstant(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ fractionalSecondDigits: 3 })
}

/** The instant as wall-clock text of a zone, for people: `2026-03-09 17:00 CDT`, with seconds when it is not a whole minute. */
export function formatInZone(at: Instant, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const smallestUnit = at % MINUTE_MS === 0 ? 'minute' : 'second'
  return `${zoned.toPlainDate().toString()} ${zoned.toPlainTime().toString({ smallestUnit })} ${zoneName(at, timeZone)}`
}

const MINUTE_MS = 60_000

const zoneNames = new Map<string, Intl.DateTimeFormat>()

function zoneName(at: Instant, timeZone: string): string {
  let names = zoneNames.get(timeZone)
  if (names === undefined) {
    names = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' })
    zoneNames.set(timeZone, names)
  }
  return names.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? timeZone
}

import { type Instant, instant } from './instant.ts'
import { invariant } from './invariant.ts'

/** Which of two instants a local time means when clocks go back: the stricter one (risk rules, 1.2). */
export type WhenTwice = 'earlier' | 'later'

/**
 * The instant of a local date and time. A time that the spring change skips is the instant of the jump; one that comes twice in
 * autumn is the first or the second as asked (a reset or session start the later, a session end the earlier).
 */
export function instantOfLocal(
  date: Temporal.PlainDate,
  time: Temporal.PlainTime,
  timeZone: string,
  whenTwice: WhenTwice,
): Instant {
  const local = date.toPlainDateTime(time)
  const first = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  const second = local.toZonedDateTime(timeZone, { disambiguation: 'later' })
  if (first.epochMilliseconds === second.epochMilliseconds) return instant(first.epochMilliseconds)
  if (first.toPlainDateTime().equals(local)) {
    return instant((whenTwice === 'earlier' ? first : second).epochMilliseconds)
  }
  const jump = first.getTimeZoneTransition('next')
  invariant(jump !== null, `no clock change after ${first.toString()}`)
  return instant(jump.epochMilliseconds)
}

/** The local date of an instant in a zone. */
export function localDateOf(at: Instant, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
}

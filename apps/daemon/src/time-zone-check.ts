import { RmError } from '@rm/domain'

/** A change of a zone's offset that is known for certain, with the offsets around it. */
export interface KnownTransition {
  readonly zone: string
  /** The first instant with the new offset. */
  readonly at: string
  readonly before: string
  readonly after: string
}

const KNOWN: readonly KnownTransition[] = [
  { zone: 'America/Chicago', at: '2026-03-08T08:00:00Z', before: '-06:00', after: '-05:00' },
  { zone: 'America/Chicago', at: '2026-11-01T07:00:00Z', before: '-05:00', after: '-06:00' },
  { zone: 'America/New_York', at: '2026-03-08T07:00:00Z', before: '-05:00', after: '-04:00' },
  { zone: 'Europe/London', at: '2026-10-25T01:00:00Z', before: '+01:00', after: '+00:00' },
  { zone: 'Asia/Kolkata', at: '2026-01-01T00:00:00Z', before: '+05:30', after: '+05:30' },
]

/**
 * Compares what this Node knows of time zones with what is known for certain: with other data days would be cut at other hours (reliability
 * T-06).
 *
 * @throws RmError `ENVIRONMENT_UNSUITABLE`
 */
export function checkTimeZones(known: readonly KnownTransition[] = KNOWN): void {
  for (const { zone, at, before, after } of known) {
    const instant = Temporal.Instant.from(at)
    const found = [offsetOf(instant.subtract({ milliseconds: 1 }), zone), offsetOf(instant, zone)]
    if (found[0] === before && found[1] === after) continue
    throw new RmError(
      'ENVIRONMENT_UNSUITABLE',
      `the time zones of this Node are wrong: ${zone} changes at ${at} from ${before} to ${after}, here from ${found.join(' to ')}; use a Node with full and current zone data`,
      { zone, at, found },
    )
  }
}

function offsetOf(instant: Temporal.Instant, zone: string): string {
  try {
    return instant.toZonedDateTimeISO(zone).offset
  } catch {
    return 'nothing, the zone is unknown'
  }
}

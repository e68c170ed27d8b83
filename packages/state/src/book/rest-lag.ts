/**
 * How long REST may still show what the stream has already corrected. Up to 2 s were seen in the fault catalogue (reliability G-16);
 * nobody publishes a bound, so this is a guess with some room.
 */
export const REST_LAG_TOLERANCE_MS = 3_000

/** How an observation relates to a snapshot: made after it was asked for, shortly before, or long before. */
export type Recency = 'newer' | 'recent' | 'older'

/**
 * @param observedMs - last observation by stream or snapshot; `null` for none
 * @param streamMs - last word of the stream; `null` for none
 * @param requestedMs - when the snapshot was asked for; all monotonic
 */
export function recencyOf(observedMs: number | null, streamMs: number | null, requestedMs: number): Recency {
  if (observedMs !== null && observedMs > requestedMs) return 'newer'
  return streamMs !== null && streamMs >= requestedMs - REST_LAG_TOLERANCE_MS ? 'recent' : 'older'
}

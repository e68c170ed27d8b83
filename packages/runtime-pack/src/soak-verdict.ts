import { invariant } from '@rm/domain'

/** A daemon at one moment of a soak. */
export interface SoakSample {
  /** Since the event loop began to run. */
  readonly afterMs: number
  readonly residentBytes: number
  readonly heapBytes: number
  readonly handles: number
  /** Open file descriptors; `null` where the system does not tell. */
  readonly descriptors: number | null
  readonly loopDelayMs: number
  readonly eventsPerSecond: number
  /** Of the store's write-ahead log. */
  readonly walBytes: number
}

export interface SoakVerdict {
  /** Until then the growth is that of a start: caches fill, code is compiled. */
  readonly warmUpMs: number
  /** Memory at the end less that after the warm-up. */
  readonly growthBytes: number
  readonly boundBytes: number
  readonly isWithinBound: boolean
}

/** Of the resident memory, after the warm-up (reliability P-09). */
export const GROWTH_BYTES_MAX = 50 * 1_048_576
const WARM_UP_SHARE = 0.25
const WARM_UP_MS_MAX = 5 * 60_000
/** Memory jumps at each garbage collection; begin and end are the medians of so much of what is judged. */
const WINDOW_SHARE = 0.2

/** Judges the growth of the memory over the samples, of which there must be some. */
export function judgeGrowth(samples: readonly SoakSample[], boundBytes: number): SoakVerdict {
  const lastMs = samples.at(-1)?.afterMs
  invariant(lastMs !== undefined, 'a soak without a sample has no verdict')
  const warmUpMs = Math.min(lastMs * WARM_UP_SHARE, WARM_UP_MS_MAX)
  const judged = samples.filter(({ afterMs }) => afterMs >= warmUpMs).map(({ residentBytes }) => residentBytes)
  const window = Math.max(1, Math.floor(judged.length * WINDOW_SHARE))
  const growthBytes = median(judged.slice(-window)) - median(judged.slice(0, window))
  return { warmUpMs, growthBytes, boundBytes, isWithinBound: growthBytes <= boundBytes }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

import { setTimeout as pause } from 'node:timers/promises'

/** A busy machine may let a test wait long for its turn; only the bounds of the product are asserted. */
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 20

/**
 * Looks until something is there.
 *
 * @param name - what is awaited, for the failure
 * @param look - `null`, `undefined` or `false` while it is not there yet
 * @param explain - what was seen instead, for the failure
 */
export async function awaitCondition<Found>(
  name: string,
  look: () => Found | null | undefined | false,
  { withinMs = PATIENCE_MS, explain = () => '' }: { withinMs?: number; explain?: () => string } = {},
): Promise<Found> {
  const end = performance.now() + withinMs
  for (;;) {
    const found = look()
    if (found !== null && found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`not seen within ${withinMs} ms: ${name}\n${explain()}`)
    await pause(LOOK_EVERY_MS)
  }
}

/** Watches for so long that something stays as it is; ends at once when it does not. */
export async function awaitNothing(name: string, duringMs: number, look: () => unknown): Promise<void> {
  const end = performance.now() + duringMs
  while (performance.now() < end) {
    const seen = look()
    if (seen !== null && seen !== undefined && seen !== false) {
      throw new Error(`should not have happened: ${name}: ${JSON.stringify(seen)}`)
    }
    await pause(LOOK_EVERY_MS)
  }
}

/** The result of something that ends by itself, or a failure with its name. */
export async function awaitEnd<Result>(
  name: string,
  work: Promise<Result>,
  { withinMs = PATIENCE_MS, explain = () => '' }: { withinMs?: number; explain?: () => string } = {},
): Promise<Result> {
  const stopWaiting = new AbortController()
  const late = pause(withinMs, undefined, { signal: stopWaiting.signal }).then(() => {
    throw new Error(`not ended within ${withinMs} ms: ${name}\n${explain()}`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    stopWaiting.abort()
  }
}

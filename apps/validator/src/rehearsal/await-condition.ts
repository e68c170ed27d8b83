import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs } from '../system-clock.ts'

export interface Patience {
  readonly withinMs: number
  readonly signal: AbortSignal
}

const LOOK_MS = 25

/** Looks again and again until there is something to see. Throws after the time, naming what was waited for. */
export async function awaitCondition<Seen>(
  what: string,
  look: () => Seen | null | undefined | false | Promise<Seen | null | undefined | false>,
  { withinMs, signal }: Patience,
): Promise<Seen> {
  const startedMs = monotonicMs()
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== undefined && seen !== false) return seen
    if (signal.aborted) throw new Error(`interrupted while waiting for ${what}`)
    if (monotonicMs() - startedMs > withinMs) throw new Error(`${what} did not come within ${withinMs / 1_000} s`)
    await pause(LOOK_MS)
  }
}

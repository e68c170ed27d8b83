import type { TaskMeta } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Milliseconds that the product took for what the test is about; the fault matrix compares them with the bound of its row. */
    measuredMs?: number
  }
}

/**
 * Keeps how long the product took with the report of the test. Of several times in one test the longest is kept.
 *
 * @param ms - by a clock that is not the product's: the simulator's, its log of requests, or virtual time
 */
export function measured({ meta }: { readonly meta: TaskMeta }, ms: number): void {
  meta.measuredMs = Math.max(meta.measuredMs ?? 0, ms)
}

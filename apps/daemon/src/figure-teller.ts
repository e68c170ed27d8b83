import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { type DaemonFigures, FIGURES_WISH } from '@rm/runtime-pack'
import type { RunFigures } from './run-figures.ts'

const TELL_EVERY_MS = 1_000
/** A delay that is shorter is not seen; looking more often would be work of its own. */
const RESOLUTION_MS = 10
const NS_PER_MS = 1_000_000

/** Tells the process that started this one how it does, from when it is asked on (`risk-manager soak`). */
export class FigureTeller {
  #figures: RunFigures | null = null
  #asked = false

  constructor() {
    if (process.send === undefined) return
    process.on('message', (word) => {
      if (word !== FIGURES_WISH || this.#asked) return
      this.#asked = true
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      delay.enable()
      const timer = setInterval(() => this.#tell(delay), TELL_EVERY_MS)
      process.on('disconnect', () => clearInterval(timer))
    })
  }

  running(figures: RunFigures): void {
    this.#figures = figures
  }

  #tell(delay: ReturnType<typeof monitorEventLoopDelay>): void {
    if (!process.connected) return
    const { rss, heapUsed } = process.memoryUsage()
    const figures: DaemonFigures = {
      events: this.#figures?.events ?? 0,
      residentBytes: rss,
      heapBytes: heapUsed,
      handles: process.getActiveResourcesInfo().length,
      // The histogram counts from one look to the next, so its own pace is no delay.
      loopDelayMs: Math.max(0, delay.max / NS_PER_MS - RESOLUTION_MS),
    }
    delay.reset()
    process.send?.({ figures }, undefined, undefined, () => {})
  }
}

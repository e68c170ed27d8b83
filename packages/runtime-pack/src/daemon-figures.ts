import { z } from 'zod'

/**
 * What a process says to a daemon that it started, over the channel between the two, to be told {@link DaemonFigures} once a second from then
 * on. Nobody is told otherwise, and nothing is measured.
 */
export const FIGURES_WISH = 'tell-figures'

/** What a daemon measures of itself. */
export const DaemonFigures = z.object({
  /** Events of the gateway since the start. */
  events: z.int(),
  /** Memory that the system counts for the process. */
  residentBytes: z.int(),
  /** The part that V8 uses for objects. */
  heapBytes: z.int(),
  /** Timers, sockets, files and requests that keep the event loop busy. */
  handles: z.int(),
  /** The longest time for which the event loop did not turn, since it was told last. */
  loopDelayMs: z.number(),
})
export type DaemonFigures = z.infer<typeof DaemonFigures>

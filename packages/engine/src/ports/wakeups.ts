/** Waiting, as a port: the daemon uses the event loop, the simulation virtual time. */
export interface Wakeups {
  /** Calls back once after so many milliseconds; the result cancels it. */
  after(ms: number, wake: () => void): () => void
  /** Calls back when the events that are waiting now have been handled. */
  whenIdle(wake: () => void): void
}

import type { Wakeups } from '@rm/engine'

/** Timers of Node hold no more than this; a longer wait is taken in steps, and waking early has no effect. */
const TIMER_MAX_MS = 2_147_483_647

/** Waiting on the event loop of this process. */
export const eventLoop: Wakeups = {
  after(ms, wake) {
    // Rounded up: a timer must not fire before its time, or the account would be woken twice.
    const timer = setTimeout(wake, Math.min(Math.ceil(ms), TIMER_MAX_MS))
    return () => clearTimeout(timer)
  },
  whenIdle(wake) {
    setImmediate(wake)
  },
}

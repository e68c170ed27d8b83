import type { Wakeups } from '@rm/engine'
import { beginActivity } from '@rm/sdk-bridge'

/** Timers of Node hold no more than this; a longer wait is taken in steps, and waking early has no effect. */
const TIMER_MAX_MS = 2_147_483_647

/** Waiting on the event loop of this process. */
export const eventLoop: Wakeups = {
  after(ms, wake) {
    // Rounded up: a timer must not fire before its time, or the account would be woken twice.
    const waitMs = Math.min(Math.ceil(ms), TIMER_MAX_MS)
    const end = beginActivity(() => ({ name: 'timer', about: `${waitMs} ms`, waitsFor: 'its time' }))
    const timer = setTimeout(() => {
      end()
      wake()
    }, waitMs)
    return () => {
      end()
      clearTimeout(timer)
    }
  },
  whenIdle(wake) {
    setImmediate(wake)
  },
}

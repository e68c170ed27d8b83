import { earliest, type Instant, latest, later, type SessionSchedule } from '@rm/domain'

/** Whether trading is allowed, and the next edge. */
export type HoursStatus =
  | { readonly isOpen: true; readonly closesAt: Instant }
  /** `opensAt` is `null` when the sessions never meet. */
  | { readonly isOpen: false; readonly opensAt: Instant | null }

/** How long an answer is remembered: a session that has no end reports one that moves on with the days. */
const REMEMBERED_MS = 24 * 3_600_000
/** Sessions that meet at all do so within a few openings of each. */
const OPENINGS_MAX = 64

/** The hours that all of several sessions allow. The last answer is remembered, so that the event path only compares numbers. */
export class TradingHours {
  readonly #schedules: readonly SessionSchedule[]
  #last: { readonly from: Instant; readonly until: Instant; readonly status: HoursStatus } | null = null

  constructor(schedules: readonly SessionSchedule[]) {
    this.#schedules = schedules
  }

  at(now: Instant): HoursStatus {
    const last = this.#last
    if (last !== null && now >= last.from && now < last.until) return last.status
    const status = this.#find(now)
    const edge = status.isOpen ? status.closesAt : status.opensAt
    const until = earliest(edge, later(now, REMEMBERED_MS)) ?? now
    this.#last = { from: now, until, status }
    return status
  }

  /** The first instant from `at` on at which all sessions are open, or `null`. */
  opensFrom(at: Instant): Instant | null {
    let candidate = at
    for (let opening = 0; opening < OPENINGS_MAX; opening += 1) {
      let meets = candidate
      for (const schedule of this.#schedules) {
        const start = schedule.isOpen(candidate) ? candidate : schedule.nextStart(candidate)
        if (start === null) return null
        meets = latest(meets, start)
      }
      if (meets === candidate) return candidate
      candidate = meets
    }
    return null
  }

  #find(now: Instant): HoursStatus {
    let closesAt: Instant | null = null
    for (const schedule of this.#schedules) {
      const window = schedule.windowAt(now)
      if (window === null) return { isOpen: false, opensAt: this.opensFrom(now) }
      closesAt = earliest(closesAt, window.end)
    }
    return closesAt === null ? { isOpen: false, opensAt: null } : { isOpen: true, closesAt }
  }
}

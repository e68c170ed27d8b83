import type { AccountId } from '@rm/domain'
import type { BridgeLog } from '../bridge-log.ts'
import type { RateBudgetSettings } from '../options.ts'
import { AccountPace } from './account-pace.ts'

/** Who wants to send. In order of precedence; inside a lane the first to come is the first to go. */
export type Lane =
  | 'session'
  | 'enforcement'
  | 'cancellation'
  | 'verification'
  | 'management'
  | 'reconcile'
  | 'background'

const LANES: readonly Lane[] = [
  'session',
  'enforcement',
  'cancellation',
  'verification',
  'management',
  'reconcile',
  'background',
]

/** Added to the window: a request that left later can arrive earlier. */
const EDGE_MS = 250

/** Requests that wait for a slot, all lanes together. More means that somebody asks without looking. */
const WAITING_MAX = 256

/** Share of the reads' requests that is left after repeated refusals. */
const SHARE_MIN = 1 / 8
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MAX_MS = 15_000

/** Below this use a refusal cannot be of our own making. */
const OWN_DOING = 0.75

/** The request may not leave: the budget is spent for longer than its deadline allows, or too many wait already. */
export class RateBudgetSpent extends Error {
  override readonly name = 'RateBudgetSpent'
}

interface Waiter {
  readonly account: AccountId | null
  readonly deadline: number
  readonly admit: () => void
  readonly refuse: (error: RateBudgetSpent) => void
}

/**
 * Our own model of the gateway's rate limit: a sliding window over everything that we send, logins and pings included.
 * Session, closes and cancels may use all of it, each account at its own pace ({@link AccountPace}). The looks that tell whether they
 * worked leave them half of the reserve. The other lanes have what is not reserved, and less after the gateway refused one.
 */
export class RateBudget {
  readonly #windowMs: number
  readonly #requests: number
  readonly #reserved: number
  readonly #monotonic: () => number
  readonly #random: () => number
  readonly #log: BridgeLog
  readonly #pace: AccountPace
  readonly #queues: Readonly<Record<Lane, Waiter[]>> = {
    session: [],
    enforcement: [],
    cancellation: [],
    verification: [],
    management: [],
    reconcile: [],
    background: [],
  }
  /** Departures inside the window, oldest first. */
  #departures: number[] = []
  #waiting = 0
  #timer: NodeJS.Timeout | null = null
  #share = 1
  #refusedAt = Number.NEGATIVE_INFINITY
  #backoffMs = 0
  #readsResumeAt = Number.NEGATIVE_INFINITY

  constructor(
    settings: RateBudgetSettings,
    environment: { readonly monotonic: () => number; readonly random: () => number; readonly log: BridgeLog },
  ) {
    this.#windowMs = settings.windowMs + EDGE_MS
    this.#requests = settings.requests
    this.#reserved = settings.reservedForEnforcement
    this.#pace = new AccountPace(settings)
    this.#monotonic = environment.monotonic
    this.#random = environment.random
    this.#log = environment.log
  }

  /**
   * Takes a slot if one is free and nobody waits for it with the same right; the way without a promise for requests in a hurry.
   *
   * @param account - whose close or cancel it is; `null` for what belongs to no account or has no pace
   */
  takeNow(lane: Lane, account: AccountId | null = null): boolean {
    const now = this.#monotonic()
    // Those of an account that has to keep its pace do not hold up another one.
    const othersFirst = isReserved(lane)
      ? this.#queues[lane].some((waiter) => waiter.account === account)
      : this.#waiting > 0
    if (othersFirst || this.#freeAt(lane, now) > now || this.#pacedAt(account, now) > now) return false
    this.#depart(account, now)
    return true
  }

  /**
   * Takes a slot as soon as one is free.
   *
   * @param deadline - monotonic ms after which the request is of no use
   * @throws {@link RateBudgetSpent}
   */
  take(lane: Lane, deadline: number = Number.POSITIVE_INFINITY, account: AccountId | null = null): Promise<void> {
    if (this.takeNow(lane, account)) return Promise.resolve()
    const now = this.#monotonic()
    const own = this.#queues[lane].filter((waiter) => waiter.account === account).length
    const free = Math.max(this.#freeAt(lane, now, this.#queues[lane].length), this.#pacedAt(account, now, own))
    if (free > deadline) return Promise.reject(new RateBudgetSpent('the rate budget is spent'))
    if (this.#waiting >= WAITING_MAX) return Promise.reject(new RateBudgetSpent('too many requests wait already'))
    return new Promise((admit, refuse) => {
      this.#queues[lane].push({ account, deadline, admit, refuse })
      this.#waiting += 1
      this.#serve()
    })
  }

  /** Share of what the lane may use that is used up, 0 to 1 and above. */
  use(lane: Lane): number {
    const now = this.#monotonic()
    this.#forget(now)
    return this.#departures.length / this.#ceiling(lane, now)
  }

  /** Requests that may still leave within the window that ends now. */
  left(): number {
    this.#forget(this.#monotonic())
    return Math.max(0, this.#requests - this.#departures.length)
  }

  /**
   * The gateway answered 429. Halves what reads may use (a window without refusal doubles it again) and lets them pause; never delays
   * enforcement.
   *
   * @param sentAt - when the refused request left: several refused at once count once
   * @param retryAfterMs - what the gateway asked for, if it did
   */
  refused(sentAt: number, retryAfterMs: number | null): void {
    const now = this.#monotonic()
    this.#forget(now)
    const used = this.#departures.length
    if (sentAt > this.#refusedAt) {
      this.#share = Math.max(SHARE_MIN, this.#shareNow(now) / 2)
      const again = now - this.#refusedAt < this.#windowMs
      this.#backoffMs = again ? Math.min(BACKOFF_MAX_MS, this.#backoffMs * 2) : BACKOFF_FIRST_MS
      this.#refusedAt = now
      if (used < this.#requests * OWN_DOING) {
        this.#log.write('error', 'budget_stolen: the gateway refused for rate, and it was not our doing', { used })
      } else {
        this.#log.write('warn', 'the gateway refused for rate', { used })
      }
    }
    const pause = Math.max(this.#backoffMs * (1 + this.#random() * 0.2), retryAfterMs ?? 0)
    this.#readsResumeAt = Math.max(this.#readsResumeAt, now + pause)
    this.#serve()
  }

  /** Refuses all that wait. */
  close(): void {
    for (const lane of LANES) {
      for (const waiter of this.#queues[lane].splice(0)) waiter.refuse(new RateBudgetSpent('the gateway is closed'))
    }
    this.#waiting = 0
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #serve(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const now = this.#monotonic()
    let next = Number.POSITIVE_INFINITY
    for (const lane of LANES) {
      for (const waiter of this.#queues[lane].slice()) {
        const free = Math.max(this.#freeAt(lane, now), this.#pacedAt(waiter.account, now))
        if (free > now && free <= waiter.deadline) {
          next = Math.min(next, free)
          continue
        }
        if (free <= now) {
          this.#depart(waiter.account, now)
          waiter.admit()
        } else waiter.refuse(new RateBudgetSpent('the rate budget is spent'))
        this.#queues[lane].splice(this.#queues[lane].indexOf(waiter), 1)
        this.#waiting -= 1
      }
    }
    if (next !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#serve(), Math.ceil(next - now))
  }

  #depart(account: AccountId | null, now: number): void {
    this.#departures.push(now)
    if (account !== null) this.#pace.take(account, now)
  }

  #pacedAt(account: AccountId | null, now: number, ahead = 0): number {
    return account === null ? now : this.#pace.freeAt(account, now, ahead)
  }

  /** When the lane may send, with `ahead` others of it before. */
  #freeAt(lane: Lane, now: number, ahead = 0): number {
    this.#forget(now)
    const resume = isReserved(lane) || lane === 'verification' ? now : Math.max(now, this.#readsResumeAt)
    const last = this.#departures.length - 1
    const inTheWay = this.#departures[Math.min(last, last + 1 + ahead - this.#ceiling(lane, now))]
    return inTheWay === undefined ? resume : Math.max(resume, inTheWay + this.#windowMs)
  }

  #ceiling(lane: Lane, now: number): number {
    if (isReserved(lane)) return this.#requests
    // A close in doubt may not be repeated before somebody looked, so a refusal must not keep that look back (reliability G-03).
    if (lane === 'verification') return this.#requests - Math.floor(this.#reserved / 2)
    return Math.max(1, Math.floor((this.#requests - this.#reserved) * this.#shareNow(now)))
  }

  #shareNow(now: number): number {
    const calmWindows = Math.floor((now - this.#refusedAt) / this.#windowMs)
    return Math.min(1, this.#share * 2 ** Math.min(calmWindows, 10))
  }

  #forget(now: number): void {
    let gone = 0
    for (const departure of this.#departures) {
      if (departure + this.#windowMs > now) break
      gone += 1
    }
    if (gone > 0) this.#departures = this.#departures.slice(gone)
  }
}

/** What is waited for only so long as it is of use, on connections that reads cannot occupy. */
export function isUrgent(lane: Lane): boolean {
  return isReserved(lane) || lane === 'management'
}

function isReserved(lane: Lane): boolean {
  return lane === 'session' || lane === 'enforcement' || lane === 'cancellation'
}

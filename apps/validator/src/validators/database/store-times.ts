import { type AccountId, instant, type Instant } from '@rm/domain'
import type { Store } from '@rm/state'
import type { Measure } from '../../report/validation-report.ts'
import { breachTurn, historyAccount } from '../../stored-data/history-of-days.ts'
import { monotonicMs } from '../../system-clock.ts'
import type { CheckContext } from '../../validator.ts'

export interface TimedStore {
  readonly store: Store
  /** Whose history is read; not empty. */
  readonly accounts: readonly AccountId[]
  readonly until: Instant
  /** Whose history it is, for the names of the measures. */
  readonly what: string
  readonly bounds: Pick<CheckContext['criteria']['performance'], 'queryP99Ms' | 'commitP99Ms'>
}

/** Of each kind. */
export const SAMPLES = 100
/** Other work of the machine only makes it slower: the best of so many tells what the store can do. */
const TRIES = 3
/** With more of them a round is lost. */
const BEYOND_MAX = 5
const DAY_MS = 86_400_000

const OLDEST_AUDIT = {
  after: 0,
  before: Number.MAX_SAFE_INTEGER,
  order: 'oldest',
  limit: 100,
  action: null,
  actor: null,
  accountId: null,
} as const

/** The readings of the product, each with the time that of a hundred different ones at most one exceeds. */
export function readingTimes({ store, accounts, until, what, bounds }: TimedStore): readonly Measure[] {
  const since = instant(until - DAY_MS)
  const account = (sample: number): AccountId => accounts[sample % accounts.length] ?? historyAccount(0)
  const readings: Readonly<Record<string, (sample: number) => unknown>> = {
    'an account at its start': (sample) => store.loadAccount(account(sample), since),
    'the newest lockouts': () => store.history.lockouts(50),
    'the newest breaches': () => store.history.breaches(50),
    'the newest explanation': () => store.history.newestStories(1),
    'one explanation': (sample) => store.history.storiesOf(`b-${account(sample)}-${sample}-1`),
    'a page of the audit trail': (sample) => store.history.audit({ ...OLDEST_AUDIT, after: sample * 100 }),
    'unfinished protection': () => store.hasUnfinishedProtection(),
    'the lock snapshot': () => store.lockSnapshot(until),
  }
  const bound = bounds.queryP99Ms
  const remedy =
    'Run it on a machine that does nothing else; if it stays slow, "index-use" says which statement walks a table.'
  return Object.entries(readings).map(([name, read]) =>
    measureOf(`${name}, ${what}, p99`, bestOfEach(read, bound), bound, remedy),
  )
}

/** The durable commit of a breach with its lockout, goal and request. The store has to be a copy. */
export function commitTime({ store, accounts, until, what, bounds }: TimedStore): Measure {
  let number = 0
  const commit = (sample: number): void => {
    number += 1
    const account = accounts[sample % accounts.length] ?? historyAccount(0)
    store.commit([breachTurn(account, `measured-${number}`, instant(until + number))])
  }
  const bound = bounds.commitP99Ms
  const remedy =
    'Put the data folder on a disk that syncs faster, with nothing else writing to it; "sound-file" says whether the schema does more than it should.'
  // The store's owner moves the log between turns, which is not measured.
  const series = bestRound(commit, bound, () => store.checkpoint())
  return measureOf(`commit of a breach, ${what}, p99`, series, bound, remedy)
}

/** The same reading takes the same time again; what exceeds its bound is tried anew. */
function bestOfEach(read: (sample: number) => unknown, boundMs: number): readonly number[] {
  return Array.from({ length: SAMPLES }, (_, sample) => {
    let best = Number.POSITIVE_INFINITY
    for (let tried = 0; tried < TRIES && best > boundMs; tried += 1)
      best = Math.min(
        best,
        timeOf(() => read(sample)),
      )
    return best
  })
}

/** A commit cannot be made again, so rounds are, while none keeps the bound. */
function bestRound(commit: (sample: number) => void, boundMs: number, between: () => void): readonly number[] {
  let best: readonly number[] = []
  for (let round = 0; round < TRIES; round += 1) {
    const series = roundOf(commit, boundMs, between)
    if (round === 0 || p99(series) < p99(best)) best = series
    if (p99(best) <= boundMs) break
  }
  return best
}

function roundOf(commit: (sample: number) => void, boundMs: number, between: () => void): readonly number[] {
  const series: number[] = []
  let beyond = 0
  for (let sample = 0; sample < SAMPLES && beyond <= BEYOND_MAX; sample += 1) {
    const tookMs = timeOf(() => commit(sample))
    series.push(tookMs)
    if (tookMs > boundMs) beyond += 1
    if (sample % 10 === 9) between()
  }
  return series
}

function timeOf(work: () => unknown): number {
  const begunMs = monotonicMs()
  work()
  return monotonicMs() - begunMs
}

function measureOf(name: string, series: readonly number[], boundMs: number, remedy: string): Measure {
  return {
    name,
    value: p99(series),
    unit: 'ms',
    bound: { kind: 'at most', value: boundMs },
    remedy,
    series: [...series],
  }
}

/** Of a hundred one is slower. */
function p99(series: readonly number[]): number {
  return series.toSorted((a, b) => a - b)[Math.floor((series.length - 1) * 0.99)] ?? Number.NaN
}

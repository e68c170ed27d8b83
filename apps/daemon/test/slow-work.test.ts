import { TEST_ACCOUNT } from '@rm/domain/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Line } from '../src/line-queue.ts'
import { SlowWork } from '../src/slow-work.ts'
import { TurnStopwatch } from '../src/turn-stopwatch.ts'

const MINUTE_MS = 60_000
let now: number
let lines: Line[]
let slowWork: SlowWork
beforeEach(() => {
  now = 0
  lines = []
  slowWork = new SlowWork({ add: (line) => lines.push(line) }, 100, () => now)
})

const facts = (): unknown => lines.map((line) => line.facts)

/** A turn in which each of the rules takes so long, with 10 ms before and after them. */
function take(rulesMs: readonly number[]): void {
  const watch = new TurnStopwatch(slowWork, () => now)
  watch.turnBegun()
  now += 10
  watch.rulesBegun()
  for (const [index, tookMs] of rulesMs.entries()) {
    now += tookMs
    watch.judged(`RULE-00${index + 1}`)
  }
  now += 10
  watch.turnEnded(TEST_ACCOUNT, 'trade-reported 7')
}

describe('slow work', () => {
  test('is told from the limit on, with whose it was and what caused it', () => {
    for (const tookMs of [99.9, 100]) {
      const end = slowWork.begin('a commit', { accountId: TEST_ACCOUNT, cause: 'trade-reported 7' })
      now += tookMs
      end()
    }
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'Slow: a commit took 100 ms',
        topic: null,
        facts: {
          event: 'slow-work',
          work: 'a commit',
          tookMs: 100,
          accountId: TEST_ACCOUNT,
          cause: 'trade-reported 7',
        },
      },
    ])
  })

  test('that repeats is told ever more rarely, with how often and how slow it was meanwhile', () => {
    const told: number[] = []
    for (let minute = 0; minute < 180; minute += 1) {
      const before = lines.length
      slowWork.took('a backup', minute === 100 ? 900 : 200, {})
      if (lines.length > before) told.push(minute)
      now += MINUTE_MS
    }
    // Pauses of 10 s, 20 s, 40 s, 80 s and so on, up to an hour.
    expect(told).toEqual([0, 1, 2, 3, 5, 8, 14, 25, 47, 90, 150])
    expect(lines.at(-1)?.facts).toEqual({
      event: 'slow-work',
      work: 'a backup',
      tookMs: 200,
      withheld: 59,
      longestMs: 900,
    })
  })

  test('is news again after an hour, and each kind by itself', () => {
    for (const what of ['a turn', 'a commit', 'a turn']) slowWork.took(what, 150, {})
    expect(lines.map(({ message }) => message)).toEqual(['Slow: a turn took 150 ms', 'Slow: a commit took 150 ms'])
    now = 61 * MINUTE_MS
    slowWork.took('a turn', 150, {})
    now += 10_000
    slowWork.took('a turn', 150, {})
    expect(lines).toHaveLength(4)
    expect(lines[2]?.facts).toMatchObject({ withheld: 1, longestMs: 150 })
  })
})

describe('a turn', () => {
  test('tells the rule that takes more than 50 ms, whatever else the limit is (P-07)', () => {
    take([1, 50, 51, 2])
    const whose = { event: 'slow-work', accountId: TEST_ACCOUNT, cause: 'trade-reported 7' }
    expect(facts()).toEqual([
      { ...whose, work: 'RULE-003 on one event', tookMs: 51, rule: 'RULE-003', budgetMs: 50 },
      { ...whose, work: 'a turn', tookMs: 124 },
    ])
  })

  test('within its limits is not told', () => {
    take([20, 20, 20])
    expect(facts()).toEqual([])
  })

  test('is followed by others whose rules start from nothing', () => {
    take([51])
    now = 2 * 60 * MINUTE_MS
    take([1])
    expect(lines).toHaveLength(1)
  })
})

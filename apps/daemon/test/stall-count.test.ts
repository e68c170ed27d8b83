import { expect, test } from 'vitest'
import { LOOP_LIMITS, StallCount, type Verdict } from '../src/stall-count.ts'

const LOOK_MS = 500

/** The verdicts that are not `well`, with the look at which they came. */
function verdicts(beats: readonly number[], times = beats.map((_, index) => (index + 1) * LOOK_MS)) {
  const count = new StallCount(0, 0, LOOP_LIMITS)
  return beats
    .map((beat, index): readonly [number, Verdict] => [index + 1, count.look(beat, times[index] ?? 0)])
    .filter(([, verdict]) => verdict !== 'well')
}

test('a loop that makes no progress is told after 5 s and ended after 10 s, once each (P-08)', () =>
  expect(verdicts(Array.from({ length: 30 }, () => 0))).toEqual([
    [10, 'alarm'],
    [20, 'end'],
  ]))

test('a loop that makes progress now and then is left alone', () =>
  expect(verdicts(Array.from({ length: 60 }, (_, look) => Math.floor(look / 9)))).toEqual([]))

test('a process that was frozen as a whole is no stall: its looks stood still too (P-05)', () => {
  const times = Array.from({ length: 18 }, (_, look) => (look + 1) * LOOK_MS + (look < 9 ? 0 : 20_000))
  expect(
    verdicts(
      Array.from({ length: 18 }, () => 0),
      times,
    ),
  ).toEqual([])
})

import { expect, test } from 'vitest'
import { SleepGuard } from '../src/sleep-guard.ts'

const SECOND = 1_000
const HOUR = 3_600_000

test('a look a second later finds nothing', () => {
  const guard = new SleepGuard(0, 0)
  for (let look = 1; look < 10; look += 1) expect(guard.look(look * SECOND + 3, look * SECOND)).toBeNull()
})

test('a process that was frozen is noticed by both clocks, once (T-08)', () => {
  const guard = new SleepGuard(0, 0)
  expect(guard.look(20 * SECOND, 20 * SECOND)).toEqual({ gapMs: 20 * SECOND, stepMs: 0 })
  expect(guard.look(21 * SECOND, 21 * SECOND)).toBeNull()
})

test('a sleep in which the monotonic clock stood still is noticed by the other (T-08)', () => {
  const guard = new SleepGuard(0, 0)
  expect(guard.look(3 * HOUR + SECOND, SECOND)).toEqual({ gapMs: 3 * HOUR + SECOND, stepMs: 3 * HOUR })
})

test.each([24 * HOUR, -24 * HOUR])(
  'a clock that is set by %i ms is noticed at the next look (T-01, T-02)',
  (stepMs) => {
    const guard = new SleepGuard(0, 0)
    expect(guard.look(SECOND + stepMs, SECOND)).toMatchObject({ stepMs })
    expect(guard.look(2 * SECOND + stepMs, 2 * SECOND)).toBeNull()
  },
)

import { describe, expect, it } from 'vitest'
import { steppedClock } from '../src/clock.ts'
import { SlidingWindow } from '../src/rate-limit.ts'

describe('a sliding window', () => {
  it('lets go of each call exactly when its time is over, and does not count refused ones', () => {
    const clock = steppedClock(1_000)
    const window = new SlidingWindow(clock, { calls: 2, windowMs: 100 })
    expect(window.take('a', 0)).toBe(0)
    clock.advance(40)
    expect(window.take('a', 0)).toBe(0)
    expect([window.take('a', 0), window.take('b', 0)]).toEqual([60, 0])
    clock.advance(59)
    expect(window.take('a', 0)).toBe(1)
    clock.advance(1)
    expect([window.take('a', 0), window.take('a', 0)]).toEqual([0, 40])
  })

  it('counts what somebody else has spent', () => {
    const window = new SlidingWindow(steppedClock(1_000), { calls: 2, windowMs: 100 })
    expect([window.take('a', 1), window.take('a', 1), window.take('a', 2)]).toEqual([0, 100, 100])
  })

  it('starts afresh when the clock is set back', () => {
    const clock = steppedClock(100_000)
    const window = new SlidingWindow(clock, { calls: 1, windowMs: 100 })
    window.take('a', 0)
    clock.set(0)
    expect(window.take('a', 0)).toBe(0)
  })
})

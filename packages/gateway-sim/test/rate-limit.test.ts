import { describe, expect, it } from 'vitest'
import { steppedClock } from '../src/clock.ts'
import { SlidingWindow } from '../src/rate-limit.ts'

describe('a sliding window', () => {
  it('lets go of each call exactly when its time is over, and does not count refused ones', () => {
    const clock = steppedClock(1_000)
    const window = new SlidingWindow(clock, 100)
    expect(window.take('a', 2)).toBe(0)
    clock.advance(40)
    expect(window.take('a', 2)).toBe(0)
    expect([window.take('a', 2), window.take('b', 2)]).toEqual([60, 0])
    clock.advance(59)
    expect(window.take('a', 2)).toBe(1)
    clock.advance(1)
    expect([window.take('a', 2), window.take('a', 2)]).toEqual([0, 40])
  })

  it('follows a limit that changes, below what was already taken too', () => {
    const window = new SlidingWindow(steppedClock(1_000), 100)
    expect([3, 3, 1, 3, 3].map((limit) => window.take('a', limit))).toEqual([0, 0, 100, 0, 100])
    expect(window.take('b', -5)).toBe(100)
  })

  it('starts afresh when the clock is set back', () => {
    const clock = steppedClock(100_000)
    const window = new SlidingWindow(clock, 100)
    window.take('a', 1)
    clock.set(0)
    expect(window.take('a', 1)).toBe(0)
  })
})

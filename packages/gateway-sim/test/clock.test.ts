import { describe, expect, it, vi } from 'vitest'
import { runningClock, steppedClock } from '../src/clock.ts'

const start = 1_800_000_000_000

describe('a stepped clock', () => {
  it('plays timers through, each at its own instant, also those that a timer sets', () => {
    const clock = steppedClock(start)
    const fired: [string, number][] = []
    clock.after(300, () => fired.push(['late', clock.now() - start]))
    clock.after(100, () => {
      fired.push(['early', clock.now() - start])
      clock.after(100, () => fired.push(['chained', clock.now() - start]))
    })
    clock.advance(250)
    expect([fired, clock.now() - start]).toEqual([
      [
        ['early', 100],
        ['chained', 200],
      ],
      250,
    ])
    clock.advance(50)
    expect(fired.at(-1)).toEqual(['late', 300])
  })

  it('fires what it jumps over once, at the new time', () => {
    const clock = steppedClock(start)
    const fired: number[] = []
    const tick = (): void => {
      fired.push(clock.now() - start)
      clock.after(10, tick)
    }
    clock.after(10, tick)
    clock.set(start + 1_000)
    expect(fired).toEqual([1_000])
    clock.set(start)
    clock.advance(1_009)
    expect(fired).toEqual([1_000])
    clock.advance(1)
    expect(fired).toEqual([1_000, 1_010])
  })

  it('keeps the order of timers of one instant, and forgets a cancelled one', () => {
    const clock = steppedClock(start)
    const fired: string[] = []
    clock.after(5, () => fired.push('first'))
    const cancel = clock.after(5, () => fired.push('cancelled'))
    clock.after(5, () => fired.push('second'))
    cancel()
    cancel()
    clock.advance(5)
    expect(fired).toEqual(['first', 'second'])
  })
})

describe('a running clock', () => {
  it('runs on at the pace of the machine, in whole milliseconds, from any day', async () => {
    const clock = runningClock(start)
    await new Promise<void>((resolve) => clock.after(20, resolve))
    expect(clock.now() - start).toBeGreaterThanOrEqual(20)
    expect(Number.isInteger(clock.now())).toBe(true)
  })

  it('wakes the timers that a jump makes due, and leaves nothing behind when all are cancelled', () => {
    vi.useFakeTimers()
    try {
      const clock = runningClock(start)
      const fired: string[] = []
      clock.after(86_400_000 * 60, () => fired.push('in two months'))
      const cancel = clock.after(50, () => fired.push('soon'))
      expect(vi.getTimerCount()).toBe(1)
      clock.set(start + 86_400_000 * 61)
      expect(fired).toEqual(['soon', 'in two months'])
      cancel()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

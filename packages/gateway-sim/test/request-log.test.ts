import { expect, it } from 'vitest'
import { BoundedLog } from '../src/request-log.ts'

it('a log numbers its entries from 1, keeps at least the newest of its capacity, and at most twice as many', () => {
  const log = new BoundedLog<{ readonly sequence: number }>(10)
  for (let entry = 0; entry < 95; entry += 1) {
    log.add((sequence) => ({ sequence }))
    const kept = log.after(0).map(({ sequence }) => sequence)
    expect(kept.at(-1)).toBe(entry + 1)
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(10, entry + 1))
    expect(kept.length).toBeLessThan(20)
  }
  expect(log.after(93)).toEqual([{ sequence: 94 }, { sequence: 95 }])
  expect(log.after(95)).toEqual([])
})

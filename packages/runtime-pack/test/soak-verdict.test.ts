import { InvariantError } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { GROWTH_BYTES_MAX, judgeGrowth, type SoakSample } from '../src/soak-verdict.ts'
import { sparkLine } from '../src/spark-line.ts'

const MEBIBYTE = 1_048_576

function samplesOf(mebibytes: readonly number[]): readonly SoakSample[] {
  return mebibytes.map((one, index) => ({
    afterMs: (index + 1) * 1_000,
    residentBytes: one * MEBIBYTE,
    heapBytes: 0,
    handles: 0,
    descriptors: null,
    loopDelayMs: 0,
    eventsPerSecond: 0,
    walBytes: 0,
  }))
}

function growth(mebibytes: readonly number[]) {
  return judgeGrowth(samplesOf(mebibytes), GROWTH_BYTES_MAX)
}

describe('the growth of the memory', () => {
  test('is judged after the warm-up, in which a daemon may grow', () => {
    const flat = [...Array.from({ length: 5 }, (_, index) => 20 * index), ...Array.from({ length: 15 }, () => 100)]
    expect(growth(flat)).toMatchObject({ warmUpMs: 5_000, growthBytes: 0, isWithinBound: true })
  })

  test('within 50 MiB is allowed, and a single garbage collection at the end hides nothing', () => {
    const rising = Array.from({ length: 100 }, (_, index) => 100 + index)
    expect(growth(rising)).toMatchObject({ isWithinBound: false })
    expect(growth([...rising.slice(0, 99), 100])).toMatchObject({ isWithinBound: false })
    const slow = Array.from({ length: 100 }, (_, index) => 100 + index / 2)
    expect(growth(slow)).toMatchObject({ isWithinBound: true })
  })

  test('has a warm-up of five minutes at most', () => {
    expect(growth(Array.from({ length: 3_600 }, () => 100)).warmUpMs).toBe(300_000)
  })

  test('is judged of one sample, and not of none', () => {
    expect(growth([100])).toMatchObject({ growthBytes: 0 })
    expect(() => growth([])).toThrow(InvariantError)
  })
})

describe('a series as a line', () => {
  test.each<[values: readonly number[], columns: number, line: string]>([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    [[5, 5, 5], 8, '▁▁▁'],
    [[0, 0, 9, 0, 0, 0], 3, '▁█▁'],
    [[], 8, ''],
  ])('%j on %i columns is %s', (values, columns, line) => expect(sparkLine(values, columns)).toBe(line))
})

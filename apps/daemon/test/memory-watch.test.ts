import { expect, test } from 'vitest'
import { MemoryAlarm, type MemoryUse } from '../src/memory-watch.ts'

const MIB = 1024 * 1024
const CALM: MemoryUse = { residentBytes: 100 * MIB, heapBytes: 20 * MIB, heapLimitBytes: 100 * MIB }

test.each([
  ['the heap', { ...CALM, heapBytes: 80 * MIB }, { ...CALM, heapBytes: 79 * MIB }, { ...CALM, heapBytes: 69 * MIB }],
  [
    'the memory of the process',
    { ...CALM, residentBytes: 512 * MIB },
    { ...CALM, residentBytes: 511 * MIB },
    { ...CALM, residentBytes: 447 * MIB },
  ],
] as const)('%s that becomes large is told once, and once that it is well again (P-09)', (_what, high, below, well) => {
  const alarm = new MemoryAlarm()
  expect([CALM, below, high, high, below, high, well, CALM, below, high].map((use) => alarm.look(use))).toEqual([
    null,
    null,
    'high',
    null,
    null,
    null,
    'over',
    null,
    null,
    'high',
  ])
})

test('memory that cannot be asked for is neither high nor over, and the heap is looked at all the same (P-12)', () => {
  const alarm = new MemoryAlarm()
  const unknown: MemoryUse = { ...CALM, residentBytes: null }
  const uses = [unknown, { ...CALM, residentBytes: 512 * MIB }, unknown, CALM, { ...unknown, heapBytes: 80 * MIB }]
  expect(uses.map((use) => alarm.look(use))).toEqual([null, 'high', null, 'over', 'high'])
})

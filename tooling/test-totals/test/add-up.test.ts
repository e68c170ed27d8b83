import { describe, expect, test } from 'vitest'
import { addUp } from '../add-up.mjs'
import { reportOf } from './run-suite.ts'

const mixed = { task: 'packages/rules unit', report: reportOf('mixed') }
const broken = { task: 'packages/state unit', report: reportOf('broken') }

describe('the totals', () => {
  test('of nothing are nothing', () => expect(addUp([], [], 0)).toEqual({ passed: 0, failed: 0 }))

  test('are those of the runner, over all packages', () =>
    expect(addUp([mixed, { ...mixed, task: 'packages/state unit' }], [], 1)).toEqual({ passed: 4, failed: 2 }))

  test('count a file that does not load', () => expect(addUp([broken], [], 1)).toEqual({ passed: 0, failed: 1 }))

  test('count a failed test once, not again for its task', () =>
    expect(addUp([mixed], ['packages/rules unit'], 1)).toEqual({ passed: 2, failed: 1 }))

  test('count a failed task that names no failing test', () =>
    expect(addUp([mixed], ['packages/rules typecheck', 'packages/state unit'], 1)).toEqual({ passed: 2, failed: 3 }))

  test('never say 0 failed of a gate that failed', () => expect(addUp([], [], 5)).toEqual({ passed: 0, failed: 1 }))
})

import { expect, test } from 'vitest'
import { judgedTime } from '../src/validators/performance/judged-time.ts'

function judge(ms: readonly number[], bareMs: readonly number[]) {
  const { measure, findings } = judgedTime(
    { name: 'request', ms, allowedMs: 50, remedy: 'Wait.' },
    { bareMs, ratioMax: 6 },
  )
  return { value: measure.value, bound: measure.bound?.value, warned: findings.map(({ what }) => what) }
}

test('on a calm machine the bound in milliseconds holds', () => {
  expect(judge([4, 5, 49], [2, 3])).toEqual({ value: 49, bound: 50, warned: [] })
  expect(judge([4, 5, 51], [2, 3])).toEqual({ value: 51, bound: 50, warned: [] })
})

test('on a busy machine the ratio holds, and people are warned', () => {
  expect(judge([4, 80], [2, 20])).toEqual({
    value: 80,
    bound: 120,
    warned: ['80.0 ms, and 50 ms are allowed; a program that only answers took 20.0 ms itself'],
  })
})

test('what is beyond the ratio as well is no noise', () => {
  expect(judge([4, 130], [2, 20])).toEqual({ value: 130, bound: 120, warned: [] })
})

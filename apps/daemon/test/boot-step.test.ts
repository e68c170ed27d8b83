import { expect, test } from 'vitest'
import { BOOT_STEPS, describeStep } from '../src/boot-step.ts'

test('the start has fourteen steps, and the log counts them', () => {
  expect(BOOT_STEPS).toHaveLength(14)
  expect(describeStep('config')).toBe('boot 1/14: config')
  expect(describeStep('database')).toBe('boot 4/14: database')
  expect(describeStep('running')).toBe('boot 14/14: running')
})

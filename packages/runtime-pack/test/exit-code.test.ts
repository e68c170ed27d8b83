import { ERROR_CODES } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { EXIT_CODES, exitCodeOf } from '../src/index.ts'

describe('exit codes', () => {
  test('are those that the operators guide documents', () =>
    expect(EXIT_CODES).toEqual({
      success: 0,
      exception: 1,
      stalled: 2,
      configuration: 3,
      gateway: 4,
      environment: 5,
      usage: 64,
    }))

  test('every error that the program raises on purpose ends with one of them, never with success', () => {
    for (const { failure } of Object.values(ERROR_CODES)) expect(exitCodeOf(failure)).toBeGreaterThan(0)
  })
})

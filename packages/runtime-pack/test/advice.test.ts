import { describe, expect, test } from 'vitest'
import { CHECKPOINTS } from '../src/checkpoint.ts'
import { CHECKPOINT_ADVICE } from '../src/checkpoint-advice.ts'
import { codeOf, EXIT_ADVICE, outcomeOf } from '../src/exit-advice.ts'
import { EXIT_CODES } from '../src/exit-code.ts'

describe('advice', () => {
  test('is given for each checkpoint and each exit code, and for nothing else', () => {
    expect(Object.keys(CHECKPOINT_ADVICE)).toEqual(Object.keys(CHECKPOINTS))
    expect(Object.keys(EXIT_ADVICE)).toEqual(Object.keys(EXIT_CODES))
  })

  test('takes an exit code for the outcome that has it, and a signal for an exception', () => {
    for (const [name, code] of Object.entries(EXIT_CODES)) expect(outcomeOf(code)).toBe(name)
    expect(outcomeOf(137)).toBe('exception')
    expect(codeOf('environment')).toBe(5)
  })
})

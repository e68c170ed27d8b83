import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CHECKPOINTS } from '../src/checkpoint.ts'
import { CHECKPOINT_ADVICE, NO_CHECKPOINT_ADVICE } from '../src/checkpoint-advice.ts'
import { codeOf, EXIT_ADVICE, outcomeOf } from '../src/exit-advice.ts'
import { EXIT_CODES } from '../src/exit-code.ts'

const PAGE = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')

describe('advice', () => {
  test('stands in docs/troubleshooting.md, word for word', () => {
    for (const text of [...Object.values(CHECKPOINT_ADVICE), NO_CHECKPOINT_ADVICE, ...Object.values(EXIT_ADVICE)])
      expect(PAGE).toContain(`| ${text} |`)
  })

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

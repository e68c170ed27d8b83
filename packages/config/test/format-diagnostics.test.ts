import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Diagnostic, diagnosticsToJson, formatDiagnostics } from '../src/index.ts'

const limit: Diagnostic = {
  severity: 'error',
  file: 'config/risk_config.yaml',
  line: 42,
  column: 12,
  keyPath: 'rules.daily_realized_loss.limit',
  layer: 'account override',
  expected: 'a negative amount',
  got: '500',
  why: 'losses are negative amounts, as they are subtracted from what the account has, and a positive one is never guessed to be a loss',
  fix: 'write `-500`',
}
const typo: Diagnostic = { ...limit, severity: 'warning', layer: 'risk_config.yaml', also: 'nearest known key: limit' }

describe('diagnostics for people', () => {
  test('have every part, wrapped to the width of the terminal', () =>
    expect(formatDiagnostics([limit], { color: false, width: 80 })).toBe(`error    config/risk_config.yaml:42:12
  rules.daily_realized_loss.limit
  layer     account override
  expected  a negative amount
  got       500
  why       losses are negative amounts, as they are subtracted from what the
            account has, and a positive one is never guessed to be a loss
  fix       write \`-500\`

1 error`))

  test('name the layer only where it is not the file, and come errors first', () => {
    const text = formatDiagnostics([typo, limit, limit], { color: false, width: 80 })
    expect(text.indexOf('error ')).toBe(0)
    expect(text).toContain('also      nearest known key: limit')
    expect(text.match(/layer/g)).toHaveLength(2)
    expect(text).toMatch(/2 errors, 1 warning$/)
  })

  test('are coloured only on request, with the same words', () => {
    const coloured = formatDiagnostics([limit], { color: true, width: 80 })
    expect(coloured).not.toBe(stripVTControlCharacters(coloured))
    expect(stripVTControlCharacters(coloured)).toBe(formatDiagnostics([limit], { color: false, width: 80 }))
  })

  test('do not let a file steer the terminal', () => {
    const hostile = formatDiagnostics([{ ...limit, got: '\u001b[2J\u0007x\u202e' }], { color: false, width: 80 })
    expect(hostile).toContain('got       x\n')
  })

  test('say so when there are none', () =>
    expect(formatDiagnostics([], { color: false, width: 80 })).toBe('The configuration has no problems.'))
})

test('diagnostics for programs are one JSON object a line', () => {
  const lines = diagnosticsToJson([limit, typo]).split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([limit, typo])
})

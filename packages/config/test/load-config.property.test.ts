import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDiagnostics } from '../src/index.ts'
import { load, VALID } from './config-fixture.ts'

const FILES = ['risk_config.yaml', 'timers_config.yaml', 'accounts.yaml'] as const

/** A correct file with a piece replaced: most become nearly correct, which is where a reader stumbles. */
const nearlyCorrect = fc
  .tuple(
    fc.constantFrom(...FILES),
    fc.nat(),
    fc.nat(30),
    fc.oneof(
      fc.constantFrom(
        '',
        ' ',
        '\n',
        '\t',
        ':',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '&a ',
        '*a',
        '!',
        '!!int ',
        '"',
        "'",
        '|',
        '>',
        '#',
        '${',
        '${A}',
        '~',
      ),
      fc.constantFrom(
        'null',
        '-',
        '---\n',
        '%',
        '@',
        '1e999',
        '.nan',
        '-0',
        '0x',
        'true',
        '__proto__',
        'constructor',
        'limit: ',
        'rules:',
        '\uFEFF',
      ),
      fc.string({ maxLength: 12, unit: 'binary' }),
    ),
  )
  .map(([name, at, length, piece]) => {
    const text: string = VALID[name]
    const from = at % (text.length + 1)
    return { [name]: text.slice(0, from) + piece + text.slice(from + length) }
  })

const anything = fc.record({
  'risk_config.yaml': fc.string({ unit: 'binary' }),
  'api_config.yaml': fc.json(),
  'accounts.yaml': fc.json({ maxDepth: 4 }),
  '.env': fc.string({ unit: 'grapheme' }),
})

/** The right keys with values of any kind. */
const anyValues = fc.tuple(fc.constantFrom(...FILES), fc.nat(), fc.json({ maxDepth: 2 })).map(([name, at, value]) => {
  const lines = VALID[name].split('\n')
  const index = at % lines.length
  const line = lines[index] ?? ''
  lines[index] = line.includes(':') ? `${line.slice(0, line.indexOf(':'))}: ${value}` : line
  return { [name]: lines.join('\n') }
})

describe('whatever the files hold', () => {
  test('loading answers with settings or with errors, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyCorrect, anything, anyValues), (files) => {
        const result = load(files)
        if (result.ok) return
        const errors = result.diagnostics.filter(({ severity }) => severity === 'error')
        expect(errors.length).toBeGreaterThan(0)
        for (const { line, column, expected, got, why, fix } of result.diagnostics) {
          expect(Math.min(line, column)).toBeGreaterThan(0)
          for (const part of [expected, got, why, fix]) expect(part).not.toBe('')
        }
        for (const row of formatDiagnostics(result.diagnostics, { color: false, width: 80 }).split('\n'))
          if (row.includes(' ', 12)) expect(row.length).toBeLessThanOrEqual(200)
      }),
      { numRuns: propertyRuns(600) },
    )
  })

  test('the value of a variable is in no diagnostic', () => {
    const secret = 'Zq7-secret-9Xw'
    fc.assert(
      fc.property(nearlyCorrect, fc.constantFrom('PROJECTX_USERNAME', 'PROJECTX_API_KEY', 'A'), (files, name) => {
        const result = load(files, {
          variables: { PROJECTX_USERNAME: 'u', PROJECTX_API_KEY: 'k', A: 'a', [name]: secret },
        })
        const shown = result.ok ? JSON.stringify({ ...result, credentials: null }) : JSON.stringify(result.diagnostics)
        if (name !== 'A' || !result.ok) expect(shown).not.toContain(secret)
      }),
      { numRuns: propertyRuns(300) },
    )
  })
})

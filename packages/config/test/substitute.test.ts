import { describe, expect, test } from 'vitest'
import { substitute } from '../src/substitute.ts'
import { accepted, diagnosticsOf, errorsOf, VALID, VARIABLES } from './config-fixture.ts'

const known: Readonly<Record<string, string>> = { NAME: 'value', NESTED: '${NAME}', _x1: 'x', EMPTY: '' }
const lookup = (name: string): string | null => known[name] || null

const withLimit = (limit: string) => ({
  'risk_config.yaml': VALID['risk_config.yaml'].replace('limit: -500', `limit: ${limit}`),
})

const limitOf = (written: string, variables: Readonly<Record<string, string>>) =>
  accepted(withLimit(written), { variables: { ...VARIABLES, ...variables } }).accounts[0]?.rules.daily_realized_loss
    ?.limit

describe('substitution in one scalar', () => {
  test.each([
    ['plain', 'plain'],
    ['${NAME}', 'value'],
    ['a ${NAME} b ${_x1}', 'a value b x'],
    ['${MISSING:fallback}', 'fallback'],
    ['${EMPTY:fallback}', 'fallback'],
    ['${NAME:fallback}', 'value'],
    ['${MISSING:}', ''],
    ['${MISSING:http://127.0.0.1:5080/x}', 'http://127.0.0.1:5080/x'],
    ['${MISSING:a\\}b}', 'a}b'],
    ['${MISSING:a\\b}', 'a\\b'],
    ['$${NAME}', '${NAME}'],
    ['$$${NAME}', '$${NAME}'],
    ['$NAME {NAME}', '$NAME {NAME}'],
    ['${NESTED}', '${NAME}'],
    ['${MISSING:${NAME}', '${NAME'],
  ])('%s becomes %s', (source, text) => expect(substitute(source, lookup)).toMatchObject({ kind: 'text', text }))

  test.each(['${MISSING}', '${EMPTY}'])('%s has no value', (source) =>
    expect(substitute(source, lookup)).toMatchObject({ kind: 'unset', variable: source.slice(2, -1) }),
  )

  test.each(['${', '${}', '${1A}', '${A-B}', '${NAME', '${NAME:x', '${ NAME }', '${NAME:x\\}'])(
    '%s is malformed',
    (source) => expect(substitute(source, lookup)).toEqual({ kind: 'malformed' }),
  )
})

describe('substitution in a file', () => {
  test('types a bare placeholder after replacement', () => {
    expect(limitOf('${LIMIT}', { LIMIT: '-250.5' })).toBe(-2_505_000)
    expect(limitOf('${LIMIT:-300}', {})).toBe(-3_000_000)
  })

  test('a boolean typed from a variable is one, a quoted one is not', () => {
    const risk = VALID['risk_config.yaml'].replace(
      'no_stop_loss_grace:\n    enabled: true',
      'no_stop_loss_grace:\n    enabled: ${ON}',
    )
    const variables = { ...VARIABLES, ON: 'true' }
    expect(accepted({ 'risk_config.yaml': risk }, { variables }).ruleCount).toBe(9)
    const quoted = risk.replace('${ON}', '"${ON}"')
    expect(errorsOf({ 'risk_config.yaml': quoted }, { variables })).toEqual([
      'risk_config.yaml:11:14 rules.no_stop_loss_grace.enabled',
    ])
  })

  test('points to the line of the placeholder and names the variable, not its value', () => {
    const variables = { ...VARIABLES, LIMIT: '777' }
    const [found] = diagnosticsOf(withLimit('${LIMIT}'), 'error', { variables })
    expect(found).toMatchObject({ line: 7, column: 12, got: 'the value of LIMIT' })
    expect(JSON.stringify(found?.got)).not.toContain('777')
  })

  test('an unset variable is one diagnostic, without a second one about the missing value', () => {
    const found = diagnosticsOf(withLimit('${LIMIT}'), 'error')
    expect(found).toMatchObject([
      { line: 7, column: 12, keyPath: 'rules.daily_realized_loss.limit', expected: 'a value in the variable LIMIT' },
    ])
  })

  test('leaves keys and comments alone', () => {
    const risk = `# \${NOT_SET}\n${VALID['risk_config.yaml']}`
    expect(errorsOf({ 'risk_config.yaml': risk })).toEqual([])
    expect(errorsOf({ 'risk_config.yaml': `${VALID['risk_config.yaml']}  "\${KEY}": 1\n` })).toEqual([
      'risk_config.yaml:20:3 rules.${KEY}',
    ])
  })

  test('the process wins over .env, .env over the default, and an empty variable counts as unset', () => {
    const files = { ...withLimit('${LIMIT:-100}'), '.env': 'LIMIT=-200\n' }
    const limit = (variables: Readonly<Record<string, string>>) =>
      accepted(files, { variables: { ...VARIABLES, ...variables } }).accounts[0]?.rules.daily_realized_loss?.limit
    expect(limit({ LIMIT: '-300' })).toBe(-3_000_000)
    expect(limit({})).toBe(-2_000_000)
    expect(limit({ LIMIT: '' })).toBe(-2_000_000)
    expect(process.env['LIMIT']).toBeUndefined()
  })
})

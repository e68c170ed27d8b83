import { describe, expect, test } from 'vitest'
import { Report } from '../src/diagnostic.ts'
import { readEnvironmentFile } from '../src/environment-file.ts'
import { accepted, diagnosticsOf, errorsOf, warningsOf } from './config-fixture.ts'

function read(text: string): { readonly variables: object; readonly errors: readonly string[] } {
  const report = new Report()
  const variables = Object.fromEntries(readEnvironmentFile('.env', text, report))
  return { variables, errors: report.all().map(({ line, column }) => `${line}:${column}`) }
}

describe('a line of .env', () => {
  test.each([
    ['KEY=value', { KEY: 'value' }],
    ['export KEY=value', { KEY: 'value' }],
    ['  KEY=value  ', { KEY: 'value' }],
    ['KEY=', { KEY: '' }],
    ['KEY=a=b', { KEY: 'a=b' }],
    ['KEY=a#b', { KEY: 'a#b' }],
    ['KEY=\'a "b" \\n #c\'', { KEY: 'a "b" \\n #c' }],
    ['KEY="a\\nb \\"c\\" \\\\"', { KEY: 'a\nb "c" \\' }],
    ['KEY=${OTHER}', { KEY: '${OTHER}' }],
    ['# comment\n\nKEY=value\r\nOTHER=x', { KEY: 'value', OTHER: 'x' }],
  ])('%j is understood', (text, variables) => expect(read(text)).toEqual({ variables, errors: [] }))

  test.each([
    ['KEY', '1:1'],
    ['KEY = value', '1:1'],
    ['1KEY=value', '1:1'],
    ['KEY-2=value', '1:1'],
    ['A=1\n  nonsense', '2:3'],
    ['KEY=value # comment', '1:1'],
    ['KEY= value', '1:1'],
    ["KEY='open", '1:1'],
    ['KEY="open', '1:1'],
    ['KEY="a" b', '1:1'],
    ['KEY="a\\tb"', '1:1'],
    ['KEY=1\nKEY=2', '2:1'],
    ['export', '1:1'],
  ])('%j is refused with its line', (text, place) => expect(read(text).errors).toEqual([place]))
})

describe('the file .env', () => {
  const files = { '.env': "PROJECTX_USERNAME=from-file\nPROJECTX_API_KEY='secret'\n" }
  const simulator = {
    ...files,
    'api_config.yaml':
      'environment: simulator\napi_url: http://127.0.0.1:1\nuser_hub_url: http://127.0.0.1:1/u\nmarket_hub_url: http://[::1]:1/m\n',
  }

  test('supplies the credentials', () => {
    const config = accepted(files, { variables: {} })
    expect(config.credentials).toMatchObject({ userName: 'from-file' })
    expect(config.credentials.apiKey.reveal()).toBe('secret')
    expect(config.files.map(({ path }) => path)).not.toContain('.env')
  })

  // Windows has other rights, which these numbers do not describe.
  test.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o604, 0o620, 0o666])(
    'with mode %o others could read it: an error (C-08)',
    (mode) => {
      expect(errorsOf(files, { modes: { '.env': mode } })).toEqual(['.env:1:1'])
      expect(warningsOf(simulator, { modes: { '.env': mode } })).toEqual(['.env:1:1'])
    },
  )

  test.each([0o600, 0o400, 0o700])('with mode %o it is the owner’s', (mode) =>
    expect(errorsOf(files, { modes: { '.env': mode } })).toEqual([]),
  )

  test('a line that is not understood is not shown', () => {
    const found = diagnosticsOf({ '.env': 'my secret is hunter2\nKEY="hunter2\n' }, 'error')
    expect(found).toHaveLength(2)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  test.skipIf(process.platform === 'win32')('a configuration file that everybody can write is refused (C-08)', () =>
    expect(errorsOf({}, { modes: { 'risk_config.yaml': 0o666 } })).toEqual(['risk_config.yaml:1:1']),
  )
})

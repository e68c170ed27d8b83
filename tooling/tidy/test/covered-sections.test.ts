import { describe, expect, test } from 'vitest'
import { rulesWithoutSection, type Section, uncoveredSections } from '../src/covered-sections.ts'

const FILE = 'packages/rules/test/a.test.ts'
const TEXT = `
describe('a group', () => {
  test('a title', () => {})
  test.each([{ name: 'a row by name' }])('$name', () => {})
  test.each([['a row by text', 1], ['another', 2]] as const)('%s', () => {})
  test.skip('a title that is skipped', () => {})
  test.todo('one that is to come')
})
const cases = { 'a row of a map': 1 }
test.each(Object.entries(cases))('%s', () => {})
const said = 'a text beside the tests'
`

function found(section: Partial<Section> & { readonly test?: string; readonly file?: string }): readonly string[] {
  const { test: name = 'a title', file = FILE, ...changes } = section
  const one: Section = { id: '1.1', title: 'numbers', vectors: [{ of: '1', file, test: name }], ...changes }
  return uncoveredSections([one], [{ path: FILE, text: TEXT }])
}

describe('a vector of the rules reference', () => {
  test.each(['a group', 'a title', 'a row by name', 'a row by text', 'another', 'a row of a map', '%s'])(
    'may be the test %j',
    (name) => expect(found({ test: name })).toEqual([]),
  )

  test.each(['a titl', 'another title', 'a text beside the tests', ''])(
    'is not covered by %j, which is no test',
    (name) => expect(found({ test: name })).toEqual([`${FILE}: has no test "${name}", the vector of section 1.1, 1`]),
  )

  test.each(['a title that is skipped', 'one that is to come'])('is not covered by %j, which does not run', (name) =>
    expect(found({ test: name })).toEqual([`${FILE}: "${name}" is skipped, the vector of section 1.1, 1`]),
  )

  test('is not covered by a file that is not there', () =>
    expect(found({ file: 'gone.test.ts' })).toEqual(['section 1.1, 1: there is no file gone.test.ts']))
})

test('a section without vectors is found, and one that is listed twice', () => {
  expect(found({ vectors: [] })).toEqual(['section 1.1: has no vectors'])
  const section: Section = { id: '1', title: 'a', vectors: [{ of: '1', file: FILE, test: 'a title' }] }
  expect(uncoveredSections([section, section], [{ path: FILE, text: TEXT }])).toEqual(['section 1: is listed twice'])
})

test('a rule without a section is found', () => {
  const files = [{ path: 'packages/rules/src/a.ts', text: "export const a = { code: 'RULE-014', title: 'a' }" }]
  expect(rulesWithoutSection([], files)).toEqual(['packages/rules/src/a.ts: RULE-014 is no section of the list'])
  expect(rulesWithoutSection([{ id: 'RULE-014', title: 'a', vectors: [] }], files)).toEqual([])
})

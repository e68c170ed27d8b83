import { describe, expect, test } from 'vitest'
import { appendInYaml, removeInYaml } from '../src/edit-yaml-list.ts'

const BLOCK = `# Who is watched.
accounts:
  # The first one.
  - id: 1   # its number
    name: One
    config_overrides:
      rules: { max_contracts: { limit: 2 } } # small

  # The second one.
  - id: 2
    name: "Two: b" # as on the dashboard
  # - id: 3
  #   name: Three

topstepx: {}
`

describe('append', () => {
  test('puts the item behind the last one, and moves nothing else', () => {
    expect(appendInYaml(BLOCK, ['accounts'], { id: 4, name: 'Four: d' })).toBe(
      BLOCK.replace('as on the dashboard\n', 'as on the dashboard\n  - id: 4\n    name: "Four: d"\n'),
    )
  })

  test.each([
    ['accounts:\n- id: 1\n  name: One', 'accounts:\n- id: 1\n  name: One\n- id: 4\n  name: Four\n'],
    [
      'accounts:\n  - { id: 1, name: One } # x\n',
      'accounts:\n  - { id: 1, name: One } # x\n  - id: 4\n    name: Four\n',
    ],
    [
      'accounts:\n  - id: 1\n    note: |\n      a\n      b\n',
      'accounts:\n  - id: 1\n    note: |\n      a\n      b\n  - id: 4\n    name: Four\n',
    ],
    ['{ "accounts": [{ "id": 1 }] }\n', '{ "accounts": [ { "id": 1 }, { id: 4, name: Four } ] }\n'],
    ['accounts:\n  -\n    id: 1\n', 'accounts:\n  - id: 1\n  - id: 4\n    name: Four\n'],
  ])('to %j gives %j', (before, after) => {
    expect(appendInYaml(before, ['accounts'], { id: 4, name: 'Four' })).toBe(after)
  })

  test.each(['accounts: 3\n', 'monitored_account: { account_id: 1 }\n', 'accounts: [\n', ''])('not to %j', (text) => {
    expect(appendInYaml(text, ['accounts'], { id: 4 })).toBeNull()
  })
})

describe('remove', () => {
  test('takes the lines of the item, and moves nothing else', () => {
    expect(removeInYaml(BLOCK, ['accounts'], 1)).toBe(
      BLOCK.replace('  - id: 2\n    name: "Two: b" # as on the dashboard\n', ''),
    )
    expect(removeInYaml(BLOCK, ['accounts'], 0)).toBe(
      BLOCK.replace(/ {2}- id: 1 .*\n {4}name: One\n {4}config_overrides:\n.*# small\n/, ''),
    )
  })

  test('undoes what was appended', () => {
    const longer = appendInYaml(BLOCK, ['accounts'], { id: 4, name: 'Four' })
    expect(removeInYaml(longer ?? '', ['accounts'], 2)).toBe(BLOCK)
  })

  test.each([
    ['accounts: [{ id: 1 }, { id: 2 }]\n', 'accounts: [ { id: 1 } ]\n'],
    ['accounts:\n- id: 1\n- id: 2\n', 'accounts:\n- id: 1\n'],
  ])('of the second in %j gives %j', (before, after) => {
    expect(removeInYaml(before, ['accounts'], 1)).toBe(after)
  })

  test('finds nothing where there is nothing', () => {
    expect(removeInYaml(BLOCK, ['accounts'], 2)).toBeNull()
    expect(removeInYaml(BLOCK, ['topstepx'], 0)).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { offerFor } from '../src/completion-offer.ts'
import { completionScript, SHELLS } from '../src/completion-script.ts'
import { riskManager } from '../src/command-program.ts'

function offered(...typed: readonly string[]) {
  const offer = offerFor(riskManager(), typed)
  return offer.kind === 'words' ? offer.words.map(({ word }) => word) : offer.kind
}

describe('what is offered', () => {
  test('are the commands that a user sees, and no other', () => {
    const names = riskManager()
      .commands.map((command) => command.name())
      .filter((name) => name !== 'complete')
    expect(offered('')).toEqual([...names, 'help'])
    expect(offered('au')).toEqual(['audit'])
  })

  test.each([
    [
      ['config', ''],
      ['check', 'explain', 'set', 'diff', 'schema', 'help'],
    ],
    [['audit', 'list', '--or'], ['--order']],
    [
      ['audit', 'list', '--order', ''],
      ['newest', 'oldest'],
    ],
    [['audit', 'list', '--order', 'n'], ['newest']],
    [['audit', 'list', '--order=o'], ['--order=oldest']],
    [['audit', 'list', '--order', '=', 'o'], ['oldest']],
    [
      ['audit', 'list', '--order', '='],
      ['newest', 'oldest'],
    ],
    [['audit', 'list', '--order', 'newest', '--js'], ['--json']],
    [
      ['export', 'csv', ''],
      ['trades', 'breaches', 'lockouts', 'pnl'],
    ],
    [['export', 'csv', '--account', 'breaches', 'p'], ['pnl']],
    [['export', 'csv', 'trades', ''], []],
    [['export', 'csv', '--account', ''], []],
    [['accounts', 'add', '7001001', '--type', 'c'], ['combine']],
    [['completion', ''], [...SHELLS]],
    [
      ['nonsense', '--'],
      ['--version', '--help'],
    ],
  ])('for %j is %j', (typed, words) => {
    expect(offered(...typed)).toEqual(words)
  })

  test.each([
    [['status', '--control', '/ru'], 'folders'],
    [['config', 'check', '--config='], 'folders'],
    [['audit', 'verify', '--anchor', ''], 'files'],
    [['env', 'diff', ''], 'files'],
    [['env', 'diff', 'a.json', ''], 'files'],
  ])('for %j is left to the shell: %s', (typed, kind) => {
    expect(offered(...typed)).toBe(kind)
  })
})

test.each(SHELLS)('the script of %s is what was looked at', (shell) => {
  expect(completionScript(shell, 'risk-manager')).toMatchSnapshot()
})

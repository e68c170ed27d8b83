import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { riskManager } from '../src/command-program.ts'

interface Leaf {
  /** As it is typed. */
  readonly words: string
  readonly command: Command
}

/** Commands that do something, by what is typed for them; those that nobody types are left out. */
function leavesOf(command: Command, words: string): readonly Leaf[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
  // `env` does something by itself, and has a command below.
  const own = below.length === 0 || words === 'risk-manager env'
  return [...(own ? [{ words, command }] : []), ...below.flatMap((one) => leavesOf(one, `${words} ${one.name()}`))]
}

const LEAVES = leavesOf(riskManager(), 'risk-manager')

/** What has nothing to tell a program but its exit code, and what speaks to a person or to a shell. */
const WITHOUT_JSON = new Set([
  'risk-manager init',
  'risk-manager config set',
  'risk-manager config schema',
  'risk-manager accounts add',
  'risk-manager accounts remove',
  'risk-manager credentials encrypt',
  'risk-manager credentials rotate',
  'risk-manager deploy-check',
  'risk-manager service show',
  'risk-manager service install',
  'risk-manager service uninstall',
  'risk-manager gate',
  'risk-manager menu',
  'risk-manager completion',
])

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text
}

test('there are commands to look at', () => {
  expect(LEAVES.length).toBeGreaterThan(40)
})

describe.each(LEAVES)('$words', ({ words, command }) => {
  test('says what it does, with an example and its exit codes, within 80 columns', () => {
    expect(command.description()).toMatch(/\.$/)
    const help = helpOf(command)
    expect(help).toContain('Examples:')
    expect(help).toMatch(new RegExp(String.raw`\$ (?:sudo )?${words}\b`))
    expect(help).toMatch(/Exit codes/)
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('has JSON for programs', () => {
    const hasJson = command.options.some(({ long }) => long === '--json')
    expect(hasJson).toBe(!WITHOUT_JSON.has(words))
  })

  test('describes every option and every argument', () => {
    const nameless = command.options.filter(({ description }) => description === '').map(({ flags }) => flags)
    const unsaid = command.registeredArguments.filter(({ description }) => description === '').map((one) => one.name())
    expect([...nameless, ...unsaid]).toEqual([])
  })

  test('takes no word too many', () => {
    expect(command).toHaveProperty('_allowExcessArguments', false)
  })
})

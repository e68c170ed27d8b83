import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandPlan, PLANS, PROGRAMS_RUN } from './command-plans.ts'
import { documents, fencedCommands, inlineCommands } from './document-commands.ts'
import { missingIn, npmScript } from './existing-commands.ts'
import { PracticeMachine, type Ran } from './practice-machine.ts'

const fenced = Map.groupBy(documents().flatMap(fencedCommands), ({ text }) => text)
const inline = Map.groupBy(documents().flatMap(inlineCommands), ({ text }) => text)

/** Commands of one kind, in the order of their plans: the name of a test is where it stands and what it is. */
function commandsOf<When extends CommandPlan['when']>(when: When) {
  return Object.entries(PLANS)
    .filter((entry): entry is [string, Extract<CommandPlan, { when: When }>] => entry[1].when === when)
    .map(([text, plan]) => ({ text, plan, place: fenced.get(text)?.[0]?.place ?? 'no document' }))
}

const beside = [...fenced]
  .filter(([text]) => PLANS[text] === undefined)
  .map(([text, [first]]) => ({ text, place: first?.place ?? '' }))

describe('the list of commands that are not simply run', () => {
  test('has none that no document has any more', () => {
    expect(Object.keys(PLANS).filter((text) => !fenced.has(text))).toEqual([])
  })

  test('has every one of a program that could change this machine', () => {
    expect(beside.filter(({ text }) => !isOurs(text))).toEqual([])
  })

  test('is for the same program that npm starts', () => {
    const bootstrap = 'node tooling/bootstrap/bootstrap.mjs --build @rm/cli,@rm/daemon,@rm/gateway-sim --exec'
    expect(npmScript('risk-manager')).toBe(`${bootstrap} apps/cli/dist/main.js`)
    expect(npmScript('start')).toBe(`${npmScript('risk-manager')} start`)
  })
})

describe('a command that is named and not run exists, with its options:', () => {
  test.each(commandsOf('never'))('$place $text', async ({ text }) => expect(await missingIn(text)).toEqual([]))
})

test.each([
  ['risk-manager unlock 7001001', ['command unlock']],
  ['risk-manager config forget', ['command forget']],
  ['risk-manager status --nonsense', ['option --nonsense']],
  ['npm run -s risk-manager -- logs --data my-data -x 5', ['option -x']],
  ['npm start -- --scenari all-rules', ['option --scenari']],
  ['npm run -s nothing', ['npm script nothing']],
  ['node apps/daemon/dist/nothing.js', ['apps/daemon/dist/nothing.js']],
  ['node apps/daemon/dist/main.js --unlock', ['option --unlock']],
])('a command that does not exist is found: %s', async (text, missing) => {
  expect(await missingIn(text)).toEqual(missing)
})

test('every command inside a sentence or a table exists, with its options', async () => {
  const missing: string[] = []
  for (const [text, [first]] of inline) {
    for (const one of await missingIn(text)) missing.push(`${first?.place} ${text}: ${one}`)
  }
  expect(missing).toEqual([])
})

describe('a command of a document does what it is there for:', () => {
  let machine: PracticeMachine
  beforeAll(async () => {
    machine = await PracticeMachine.prepared()
    await machine.begin()
  })
  afterAll(() => machine[Symbol.asyncDispose]())

  describe.concurrent('beside the daemon', () => {
    test.each(beside)('$place $text', async ({ text }) => {
      expect(failureOf(await machine.run(text), 0)).toBeNull()
    })
    test.each(commandsOf('follows'))('$place $text', async ({ text, plan }) => {
      expect(failureOf(await machine.follow(text, plan.until), 0)).toBeNull()
    })
  })

  describe('at the end of the day', () => {
    test.each(commandsOf('last').toSorted((a, b) => a.plan.place - b.plan.place))('$place $text', async ({ text }) => {
      expect(failureOf(await machine.run(text), 0)).toBeNull()
    })
    test('the supervisor has ended with its daemon', async () => expect(await machine.ended()).toBe(0))
  })

  describe('while no daemon runs', () => {
    test.each(commandsOf('stopped'))('$place $text', async ({ text, plan: { patience, code: expected = 0 } }) => {
      expect(failureOf(await machine.run(patience === undefined ? text : `${text} ${patience}`), expected)).toBeNull()
    })
  })
})

/** What went wrong, with what was said; `null`: it ended as it should. */
function failureOf({ code, output }: Ran, expected: number): string | null {
  return code === expected ? null : `ended with ${code} in place of ${expected}\n${output}`
}

function isOurs(text: string): boolean {
  const [program] = text.replace('npm run -s risk-manager -- ', 'risk-manager ').split(' ')
  return PROGRAMS_RUN.some((one) => one === program)
}

import { table, WIDTH } from '@rm/runtime-pack/terminal'
import { Command } from 'commander'
import { validators } from './registry.ts'
import { jsonText } from './report/write-reports.ts'
import { isAskedIn, MODES, VALIDATOR_IDS } from './validator.ts'

const EXAMPLES = `
Examples:
  $ validate list
  $ validate list --json

A check is asked in its mode and in every more thorough one.

Exit codes:
  0 always   64 usage
`

/** `validate list`: which questions there are. */
export function listCommand(): Command {
  return new Command('list')
    .description('Shows the validators, their checks and the modes that ask them.')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action((options: { readonly json?: true }, command: Command) => {
      // The option of the same name belongs to the command above when it stands before "list".
      const isJson = options.json === true || command.optsWithGlobals()['json'] === true
      process.stdout.write(isJson ? jsonText(listed()) : listText())
    })
}

interface ListedValidator {
  readonly id: string
  readonly title: string
  readonly checks: readonly {
    readonly id: string
    readonly title: string
    readonly modes: readonly string[]
    readonly limitMs: number
  }[]
}

function listed(): readonly ListedValidator[] {
  return VALIDATOR_IDS.map((id) => {
    const { title, checks } = validators[id]
    return {
      id,
      title,
      checks: checks.map((check) => ({
        id: check.id,
        title: check.title,
        modes: MODES.filter((mode) => isAskedIn(mode, check)),
        limitMs: check.limitMs,
      })),
    }
  })
}

function listText(): string {
  const rows = listed().flatMap(({ id, checks }) =>
    checks.map(({ title, modes: [from = ''], limitMs }, at) => [
      at === 0 ? id : '',
      from,
      `${limitMs / 1_000} s`,
      title,
    ]),
  )
  return table(['validator', 'from mode', 'limit', 'what holds when it passes'], rows, WIDTH)
}

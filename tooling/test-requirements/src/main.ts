import path from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { changesSince, NoBase } from './changed-files.ts'
import { gapsText, guideText } from './guide-text.ts'
import { Guide } from './guide.ts'
import { gapsOf } from './package-audit.ts'
import { Repository } from './repository.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const COMPLETE = 0
const MISSING = 1
const ENVIRONMENT = 5
const USAGE = 64

interface Options {
  readonly base?: string
  readonly all?: true
  readonly json?: true
}

const program = new Command('test-requirements')
  .description(
    `Looks at the changed files, says what kind of code they are, which tests
such code needs, and which of these are there.`,
  )
  .option('--base <ref>', 'compare with this; default: the merge base with main, on main the commit before')
  .addOption(new Option('--all', 'look at every package, as the gate does, instead of at changes').conflicts('base'))
  .option('--json', 'one JSON object instead of text')
  .allowExcessArguments(false)
  .addHelpText(
    'after',
    `
Examples:
  $ npm run -s test-requirements
  $ npm run -s test-requirements -- --base HEAD~3
  $ npm run -s test-requirements -- --all --json

A test counts when it runs code of the file, by its imports or by a program
that it starts, and shows what is asked for by what it touches and how its
cases are named. docs/testing.md has the table.

Exit codes:
  0 every required test is there   1 one is missing   5 git has no such base
  64 usage
`,
  )
  .exitOverride()
  .action((options: Options) => {
    process.exitCode = options.all === true ? tellGaps(options) : tellChanges(options)
  })

function tellGaps({ json }: Options): number {
  const gaps = gapsOf(new Guide(Repository.read(ROOT)))
  const sentence = `Packages that persist, wire or call out lack ${gaps.length === 0 ? 'no test' : `${gaps.length} tests`}.`
  process.stdout.write(json === true ? `${JSON.stringify({ gaps })}\n` : `${gapsText(gaps)}${sentence}\n`)
  return gaps.length === 0 ? COMPLETE : MISSING
}

function tellChanges({ base, json }: Options): number {
  const { comparedWith, files } = changesSince(ROOT, base)
  const guide = new Guide(Repository.read(ROOT))
  const requirements = files.flatMap((file) => guide.requirementsOf(file))
  const missing = requirements.filter((one) => one.missing !== null).length
  if (json === true) process.stdout.write(`${JSON.stringify({ comparedWith, files, requirements })}\n`)
  else {
    process.stdout.write(`Compared with ${comparedWith}: ${files.length} files changed.\n\n${guideText(requirements)}`)
    process.stdout.write(`\n${requirements.length} tests are required, ${missing} of them are missing.\n`)
  }
  return missing === 0 ? COMPLETE : MISSING
}

try {
  program.parse()
} catch (error) {
  if (error instanceof NoBase) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = ENVIRONMENT
  } else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
  else throw error
}

import { Command } from 'commander'
import { BOOTSTRAP, CLI } from './program-files.ts'
import { runSteps, type Step } from './program-steps.ts'

const EXAMPLES = `
Examples:
  $ risk-manager gate

Runs what "npm test" runs, then the smoke test. For those who change the
program; it needs the repository. Results of what did not change are replayed.

Exit codes:
  0 everything passed   otherwise that of what failed first
`

/** Everything that the repository tests. */
export const TESTS: Step = { name: 'tests', words: [BOOTSTRAP, 'test:inner'] }
export const SMOKE: Step = { name: 'smoke', words: [CLI, 'smoke'] }

/** `risk-manager gate`: may this program be handed on? */
export function gateCommand(): Command {
  return new Command('gate')
    .description('Runs every test, then the smoke test; 0 only if all pass.')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async () => {
      process.exitCode = await runSteps([TESTS, SMOKE])
    })
}

import { Command } from 'commander'
import { CLI } from './program-files.ts'
import { runSteps } from './program-steps.ts'

const EXAMPLES = `
Examples:
  $ risk-manager deploy-check --config /etc/risk-manager
  $ npm run -s deploy-check -- --config /etc/risk-manager --data /var/lib/rm

Checks the configuration, the environment and a real start, in this order, and
stops at the first that fails. The start is "risk-manager smoke": for a few
seconds a daemon with an empty data folder of its own enforces the accounts.
Stop the daemon that watches them first.

Exit codes:
  0 a daemon can be started here   1 exception   2 stalled   3 configuration
  4 gateway or login   5 environment   64 usage
`

interface Options {
  readonly config: string
  readonly data: string
}

/** `risk-manager deploy-check`: for operators, before a daemon is started on a new machine or configuration. */
export function deployCheckCommand(): Command {
  return new Command('deploy-check')
    .description('Checks configuration, environment and a real start, in one go.')
    .requiredOption('--config <dir>', 'the configuration folder')
    .option('--data <dir>', 'the data folder that the daemon will have', 'data')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async ({ config, data }: Options) => {
      process.exitCode = await runSteps([
        { name: 'configuration', words: [CLI, 'config', 'check', '--config', config] },
        { name: 'environment', words: [CLI, 'env', '--config', config, '--data', data] },
        { name: 'smoke', words: [CLI, 'smoke', '--config', config] },
      ])
    })
}

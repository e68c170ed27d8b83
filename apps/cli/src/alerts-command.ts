import { Command } from 'commander'
import { testAlerts } from './alerts-test.ts'
import { localToday, wallNow } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager alerts test
  $ risk-manager alerts test --config /etc/risk-manager
  $ risk-manager alerts test --json

No daemon is needed. Look at the receivers as well: that one took the alert over
does not mean that anybody was called.

Exit codes:
  0 every channel delivered   1 at least one did not
  3 the configuration is refused, or no channel is on   64 usage
`

/** `risk-manager alerts`: whether anybody would be called. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('Tests the channels by which people are called.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(testCommand())
}

interface TestOptions {
  readonly config: string
  readonly json?: true
}

function testCommand(): Command {
  return new Command('test')
    .description('Sends a test alert by every channel that is on, and says whether it was delivered.')
    .option('--config <dir>', 'the configuration folder', 'config')
    .option('--json', 'JSON instead of text')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .action(async ({ config, json }: TestOptions) => {
      const { output, exitCode } = await testAlerts({
        directory: config,
        environment: process.env,
        today: localToday(),
        now: wallNow(),
        face: json === true ? 'json' : 'text',
        style: { color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined, width: WIDTH },
      })
      process.stdout.write(output)
      process.exitCode = exitCode
    })
}

const WIDTH = 80

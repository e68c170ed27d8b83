import type { AlertList } from '@rm/control-api'
import { formatInZone } from '@rm/domain'
import { table, visible } from '@rm/runtime-pack/terminal'
import { Command } from 'commander'
import { testAlerts } from './alerts-test.ts'
import { ask, askingCommand, type AskOptions, orderingCommand } from './ask-daemon.ts'
import { localToday, wallNow } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager alerts test
  $ risk-manager alerts test --config /etc/risk-manager
  $ risk-manager alerts test --json
  $ risk-manager alerts list
  $ risk-manager alerts acknowledge 3-1

For test no daemon is needed. Look at the receivers as well: that one took the
alert over does not mean that anybody was called.

Exit codes of test:
  0 every channel delivered   1 at least one did not
  3 the configuration is refused, or no channel is on   64 usage
`

/** `risk-manager alerts`: whether anybody would be called. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('What people were called for, and whether they would be.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(testCommand())
    .addCommand(listCommand())
    .addCommand(acknowledgeCommand())
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

function listCommand(): Command {
  const description = 'What people were called for, newest first.'
  return askingCommand('list', description, '  $ risk-manager alerts list\n  $ risk-manager alerts list --json').action(
    (options: AskOptions) =>
      ask(options, 'alerts', {}, async ({ alerts }, { width }, client) => {
        if (alerts.length === 0) return 'nobody was called\n'
        const { timeZone } = await client.call('report', {})
        const rows = alerts.map((one) => [
          one.id,
          formatInZone(one.begunAt, timeZone),
          one.severity,
          stateOf(one),
          visible(one.text),
        ])
        return table(['id', 'since', 'severity', '', 'what'], rows, width)
      }),
  )
}

function acknowledgeCommand(): Command {
  const description = 'Says that somebody knows of an alert: it is not repeated any more.'
  return orderingCommand('acknowledge', description, '  $ risk-manager alerts acknowledge 3-1')
    .argument('<id>', 'as alerts list shows it')
    .action((id: string, options: AskOptions) => ask(options, 'acknowledge', { id }, ({ done }) => `${done}\n`))
}

function stateOf({ overAt, acknowledgedAt }: AlertList['alerts'][number]): string {
  if (overAt !== null) return 'over'
  return acknowledgedAt === null ? 'stands' : 'acknowledged'
}

const WIDTH = 80

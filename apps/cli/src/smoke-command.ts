import { type ReachedCheckpoint, smoke, type SmokeReport } from '@rm/runtime-pack'
import { paint, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { Command, Option } from 'commander'
import { chosenGateway } from './chosen-gateway.ts'
import { duration } from './duration.ts'
import { DAEMON } from './program-files.ts'
import { TemporaryFolder } from './temporary-folder.ts'

const EXAMPLES = `
Examples:
  $ risk-manager smoke
  $ risk-manager smoke --config /etc/risk-manager
  $ risk-manager smoke --config /etc/risk-manager --within 20s --json

Boots the real daemon, waits for the first event of the gateway's user hub and
stops the daemon again. Without --config it runs against a simulated gateway.
With --config it is a daemon like any other for these seconds: it needs the
accounts for itself, and it enforces their rules.

Exit codes:
  0 it works     1 an exception while booting     2 stalled: names the last
  checkpoint and what to check next     3 configuration     4 gateway or login
  5 environment     64 usage
`

interface Options {
  readonly config?: string
  readonly data?: string
  readonly within: number
  readonly json?: true
}

/** `risk-manager smoke`: does it boot, and does the first event arrive? */
export function smokeCommand(): Command {
  return new Command('smoke')
    .description('Boots the real daemon and waits for its first event.')
    .option('--config <dir>', 'the configuration; default: that of the simulator')
    .option('--data <dir>', 'the data folder; default: a temporary one')
    .addOption(
      new Option('--within <time>', 'time from the start to the first event')
        .argParser(duration('1s', '10m'))
        .default(8_000, '8s'),
    )
    .option('--json', 'one JSON object instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async (options: Options) => {
      const tell = options.json === true ? () => {} : tellCheckpoint
      if (options.json !== true) process.stdout.write(`${paint('bold', titleOf(options))}\n\n`)
      const report = await smokeTest(options, tell)
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : endOf(report, options.within))
      process.exitCode = report.exitCode
    })
}

/** The test itself, against the gateway of a configuration or a simulated one. */
async function smokeTest(options: Options, onCheckpoint: (reached: ReachedCheckpoint) => void): Promise<SmokeReport> {
  using folder = new TemporaryFolder()
  await using gateway = await chosenGateway(options.config)
  return await smoke({
    daemon: DAEMON,
    configDirectory: gateway.configDirectory,
    dataDirectory: options.data ?? folder.path,
    environment: gateway.environment,
    withinMs: options.within,
    onCheckpoint,
  })
}

function titleOf({ config, within }: Options): string {
  const gateway = config === undefined ? 'a simulated gateway' : `the gateway of ${config}`
  return `Smoke test: ${gateway}, first event within ${within / 1_000} s`
}

function tellCheckpoint({ message, afterMs }: ReachedCheckpoint): void {
  process.stdout.write(`${seconds(afterMs)}  ${visible(message)}\n`)
}

function endOf({ outcome, exitCode, reached, advice, errorLines }: SmokeReport, withinMs: number): string {
  const last = reached.at(-1)
  if (advice === null) {
    const afterMs = reached.find(({ id }) => id === 'event-received')?.afterMs ?? Number.NaN
    return `\n${paint('green', `PASSED: the first event came after ${(afterMs / 1_000).toFixed(2)} s.`)}\n`
  }
  const what = outcome === 'stalled' ? `no event within ${withinMs / 1_000} s` : `the daemon ended`
  const rows = [
    `last checkpoint  ${last === undefined ? 'none' : visible(last.message)}`,
    `check next       ${advice}`,
  ].flatMap((row) => wrapped(row, WIDTH, 17))
  const said = errorLines.map((line) => `  ${visible(line)}`)
  return `\n${[paint('red', `${outcome.toUpperCase()} (exit code ${exitCode}): ${what}.`), ...rows, ...(said.length === 0 ? [] : ['', 'The daemon said:', ...said])].join('\n')}\n`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`.padStart(9)
}

import { Command, InvalidArgumentError, Option } from 'commander'
import { duration } from './duration.ts'
import { runPracticeDay } from './practice-day.ts'

const EXAMPLES = `
Examples:
  $ npm start
  $ npm start -- --duration 60s
  $ npm start -- --scenario all-rules --duration 120s
  $ npm start -- --scenario stubborn-trader --seed 7
  $ npm start -- --duration 60s --json
  $ risk-manager start --duration 60s

The practice day needs no account and no network: a simulated gateway and the
real daemon run as two processes on this machine.

Exit codes:
  0 the day went well   1 something was not as it should be   64 usage
`

interface StartOptions {
  readonly duration: number
  readonly scenario: string
  readonly seed: number
  readonly json?: true
}

/** `risk-manager start`: what `npm start` runs. */
export function startCommand(): Command {
  return new Command('start')
    .description('Plays a practice day: scripted traders break the rules, the daemon enforces them.')
    .addOption(
      new Option('--duration <time>', 'how long the day lasts, such as 60s or 2m')
        .argParser(duration('1s', '24h'))
        .default(60_000, '60s'),
    )
    .option('--scenario <name>', 'practice-day, all-rules or stubborn-trader', 'practice-day')
    .option('--seed <number>', 'decides every market move', whole, 1)
    .option('--json', 'one JSON object per line instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async (options: StartOptions) => {
      process.exitCode = await runPracticeDay({
        durationMs: options.duration,
        scenario: options.scenario,
        seed: options.seed,
        face: options.json === true ? 'json' : 'text',
      })
    })
}

function whole(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number')
  return value
}

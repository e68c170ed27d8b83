import { Command, InvalidArgumentError, Option } from 'commander'
import { runPracticeDay } from './practice-day.ts'

const EXAMPLES = `
Examples:
  $ npm start
  $ npm start -- --duration 60s
  $ npm start -- --scenario all-rules --duration 120s
  $ npm start -- --scenario stubborn-trader --seed 7
  $ npm start -- --duration 60s --json

The practice day needs no account and no network: a simulated gateway and the real daemon run as two processes on this machine.
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
        .argParser(duration)
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

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

function duration(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text)
  const ms = match === null ? 0 : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0)
  if (ms < 1_000 || ms > 24 * 3_600_000) {
    throw new InvalidArgumentError('expected a number with ms, s, m or h, from 1s to 24h, such as 60s')
  }
  return ms
}

function whole(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number')
  return value
}

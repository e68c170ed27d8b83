import { writeFileSync } from 'node:fs'
import { EmbeddedGateway, GROWTH_BYTES_MAX, soak, type SoakReport, type SoakSample, sparkLine } from '@rm/runtime-pack'
import { paint } from '@rm/runtime-pack/terminal'
import { Command, Option } from 'commander'
import { duration } from './duration.ts'
import { DAEMON, GATEWAY_SIM, SIMULATOR_CONFIG } from './program-files.ts'
import { TemporaryFolder } from './temporary-folder.ts'

const EXAMPLES = `
Examples:
  $ risk-manager soak --duration 60s
  $ risk-manager soak --duration 8h --csv night.csv
  $ risk-manager soak --duration 10m --config /etc/risk-manager --json

Runs the real daemon and measures it once a second. Without --config a
simulated gateway with traders that never tire is started for it. The first
quarter, at most five minutes, is warm-up; what the memory grows after it is
judged.

Exit codes:
  0 memory grew less than 50 MiB   1 it grew more, or the daemon died
  2 the daemon stands still   3 configuration   4 gateway   5 environment
  64 usage
`

interface Options {
  readonly duration: number
  readonly config?: string
  readonly csv?: string
  readonly json?: true
}

/** `risk-manager soak`: does something grow? */
export function soakCommand(): Command {
  return new Command('soak')
    .description('Runs the real daemon for a while and watches what grows.')
    .addOption(new Option('--duration <time>', 'how long').argParser(duration('5s', '30d')).default(60_000, '60s'))
    .option('--config <dir>', 'the configuration; default: that of the simulator')
    .option('--csv <file>', 'write every sample there')
    .option('--json', 'one JSON object instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async (options: Options) => {
      const report = await soakTest(options)
      if (options.csv !== undefined) writeFileSync(options.csv, csvOf(report.samples))
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : pageOf(report))
      process.exitCode = report.exitCode
    })
}

async function soakTest({ config, duration: durationMs }: Options): Promise<SoakReport> {
  using folder = new TemporaryFolder()
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
  const common = {
    daemon: DAEMON,
    dataDirectory: folder.path,
    durationMs,
    growthBytesMax: GROWTH_BYTES_MAX,
    onSample: (sample: SoakSample) => showProgress(sample, durationMs),
    interrupted: interrupted.signal,
  }
  if (config !== undefined)
    return await soak({ ...common, configDirectory: config, environment: {}, begin: () => Promise.resolve() })
  await using gateway = await EmbeddedGateway.start({ entry: GATEWAY_SIM, scenario: 'long-day', seed: 1 })
  return await soak({
    ...common,
    configDirectory: SIMULATOR_CONFIG,
    environment: gateway.environment,
    begin: () => gateway.begin(),
  })
}

const PROGRESS_EVERY_MS = 10_000

/** On standard error, so that the output stays clean: one line that changes on a terminal, one every ten seconds elsewhere. */
function showProgress({ afterMs, residentBytes, eventsPerSecond }: SoakSample, durationMs: number): void {
  const text = `${seconds(afterMs)} of ${seconds(durationMs)}, ${mebibytes(residentBytes)} MiB, ${Math.round(eventsPerSecond)} events/s`
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(79)}${afterMs >= durationMs - 1_000 ? '\n' : ''}`)
  else if (afterMs % PROGRESS_EVERY_MS < 1_000) process.stderr.write(`${text}\n`)
}

interface Series {
  readonly name: string
  readonly unit: string
  readonly of: (sample: SoakSample) => number | null
}

const SERIES: readonly Series[] = [
  { name: 'memory', unit: 'MiB', of: ({ residentBytes }) => residentBytes / 1_048_576 },
  { name: 'heap', unit: 'MiB', of: ({ heapBytes }) => heapBytes / 1_048_576 },
  { name: 'handles', unit: '', of: ({ handles }) => handles },
  { name: 'descriptors', unit: '', of: ({ descriptors }) => descriptors },
  { name: 'loop delay', unit: 'ms', of: ({ loopDelayMs }) => loopDelayMs },
  { name: 'events/s', unit: '', of: ({ eventsPerSecond }) => eventsPerSecond },
  { name: 'WAL', unit: 'MiB', of: ({ walBytes }) => walBytes / 1_048_576 },
]

const PLOT_COLUMNS = 30

function pageOf({ outcome, exitCode, samples, verdict }: SoakReport): string {
  const rows = SERIES.flatMap(({ name, unit, of }) => {
    const values = samples.map(of).filter((value) => value !== null)
    if (values.length === 0) return []
    const [first = 0, last = 0, most] = [values[0], values.at(-1), Math.max(...values)]
    const plot = sparkLine(values, PLOT_COLUMNS).padEnd(PLOT_COLUMNS)
    return [`${`${name} ${unit}`.padEnd(15)}${[first, last, most].map(figure).join('')}  ${plot}`]
  })
  const head = paint('dim', `${''.padEnd(15)}${['first', 'last', 'most'].map((text) => text.padStart(10)).join('')}`)
  return `${[head, ...rows, '', verdictText(outcome, exitCode, verdict)].join('\n')}\n`
}

function verdictText(outcome: string, exitCode: number, verdict: SoakReport['verdict']): string {
  if (verdict === null)
    return paint('red', `${outcome.toUpperCase()} (exit code ${exitCode}): the daemon was not up for a second.`)
  const { growthBytes, boundBytes, warmUpMs } = verdict
  const growth = `memory ${growthBytes < 0 ? 'shrank' : 'grew'} by ${mebibytes(Math.abs(growthBytes))} MiB after ${seconds(warmUpMs)} of warm-up; ${mebibytes(boundBytes)} MiB are allowed.`
  if (outcome === 'success') return paint('green', `PASSED: ${growth}`)
  return paint('red', `${outcome.toUpperCase()} (exit code ${exitCode}): ${growth}`)
}

function csvOf(samples: readonly SoakSample[]): string {
  const names = [
    'afterMs',
    'residentBytes',
    'heapBytes',
    'handles',
    'descriptors',
    'loopDelayMs',
    'eventsPerSecond',
    'walBytes',
  ] as const
  const rows = samples.map((sample) => names.map((name) => sample[name] ?? '').join(','))
  return `${[names.join(','), ...rows].join('\n')}\n`
}

function figure(value: number): string {
  return (Number.isInteger(value) ? String(value) : value.toFixed(1)).padStart(10)
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1)
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`
}

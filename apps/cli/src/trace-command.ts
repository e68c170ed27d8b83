import path from 'node:path'
import { EXIT_CODES, linesBackwards, logFiles, readTraceReport, TRACE_LOG, type TraceReport } from '@rm/runtime-pack'
import { paint, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { Command } from 'commander'

const EXAMPLES = `
Examples:
  $ ASYNC_DEBUG=1 node apps/daemon/dist/main.js --config my-risk --data data
  $ risk-manager trace
  $ risk-manager trace --data /var/lib/risk-manager --json

Shows what a daemon that was started with ASYNC_DEBUG=1 waits for: it writes
that to runtime_trace.log every three seconds, and at once when it gets
SIGUSR2. A daemon without it writes nothing of this, and pays nothing for it.

Exit codes:
  0 done   3 there is no trace in that folder   64 usage
`

interface Options {
  readonly data: string
  readonly directory: string
  readonly json?: true
}

/** `risk-manager trace`: what a daemon waits for. */
export function traceCommand(): Command {
  return new Command('trace')
    .description('Shows what a daemon with ASYNC_DEBUG=1 waits for.')
    .option('--data <dir>', 'the data folder of the daemon', 'data')
    .option('--directory <dir>', 'general.logging.directory, relative to it', 'logs')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(({ data, directory, json }: Options) => {
      const folder = path.resolve(data, directory)
      const report = newestReport(folder)
      if (report === null) {
        process.stderr.write(`There is no ${TRACE_LOG} in ${folder}; start the daemon with ASYNC_DEBUG=1.\n`)
        process.exitCode = EXIT_CODES.configuration
        return
      }
      process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : pageOf(report))
    })
}

function newestReport(folder: string): TraceReport | null {
  for (const line of linesBackwards(logFiles(folder, TRACE_LOG))) {
    const report = readTraceReport(line)
    if (report !== null) return report
  }
  return null
}

function pageOf({ time, pid, uptimeMs, loopDelayMs, pending, ended, diagnosis }: TraceReport): string {
  const { mean, p99, max } = loopDelayMs
  const lines = [
    paint('bold', `Process ${pid} at ${time}, up for ${seconds(uptimeMs)}`),
    `event loop: mean ${mean} ms, p99 ${p99} ms, at most ${max} ms`,
    '',
    ...diagnosis.flatMap((sentence) => wrapped(visible(sentence), WIDTH, 2)),
    '',
    paint('dim', `${'waits'.padEnd(9)}${'activity'.padEnd(16)}for`),
    ...pending.flatMap(({ name, about, waitsFor, ageMs, stack }) => [
      ...wrapped(`${seconds(ageMs).padEnd(9)}${name.padEnd(16)}${visible(`${about}: ${waitsFor}`)}`, WIDTH, 25),
      ...stack.slice(0, 2).map((frame) => paint('dim', `         ${visible(frame)}`.slice(0, WIDTH))),
    ]),
    '',
    paint('dim', `${'over'.padEnd(9)}${'activity'.padEnd(16)}longest`),
    ...Object.entries(ended).map(
      ([name, { count, longestMs }]) => `${String(count).padEnd(9)}${name.padEnd(16)}${longestMs} ms`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

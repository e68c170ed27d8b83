import path from 'node:path'
import {
  DAEMON_LOG,
  EXIT_CODES,
  followLog,
  isTooOld,
  isWanted,
  linesBackwards,
  LOG_LEVELS,
  logFiles,
  type LogLevel,
  type LogWish,
  shownLine,
} from '@rm/runtime-pack'
import { paint, visible } from '@rm/runtime-pack/terminal'
import { Command, InvalidArgumentError, Option } from 'commander'
import { duration } from './duration.ts'
import { localTimeZone, wallNow } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager logs
  $ risk-manager logs -n 200 --level warn
  $ risk-manager logs --follow --account 7001003
  $ risk-manager logs --rule RULE-003 --since 10m
  $ risk-manager logs --grep lockout --json | jq .msg

Rotated files are read as well. No daemon is needed. Times are those of this
machine, in its zone.

Exit codes:
  0 done   3 there is no log in that folder   64 usage
`

interface Options {
  readonly data: string
  readonly directory: string
  readonly lines: number
  readonly follow?: true
  readonly level?: LogLevel
  readonly grep?: string
  readonly account?: number
  readonly rule?: string
  readonly since?: number
  readonly json?: true
}

/** `risk-manager logs`: the end of the daemon's log, and what is added to it. */
export function logsCommand(): Command {
  return new Command('logs')
    .description("Shows the daemon's log: its last lines, or what is added to it.")
    .option('--data <dir>', 'the data folder of the daemon', 'data')
    .option('--directory <dir>', 'general.logging.directory, relative to it', 'logs')
    .option('-n, --lines <count>', 'so many of the last lines that fit', count, 50)
    .option('-f, --follow', 'go on with what is added')
    .addOption(new Option('--level <level>', 'this level and worse ones').choices(LOG_LEVELS))
    .option('--grep <text>', 'lines with this text, in any case')
    .option('--account <id>', 'lines of one account', count)
    .option('--rule <code>', 'lines that name a rule, such as RULE-003', ruleCode)
    .option('--since <time>', 'lines of the last 10m, 2h, ...', duration('1s', '3650d'))
    .option('--json', 'the lines as they stand in the file')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(showLogs)
}

async function showLogs(options: Options): Promise<void> {
  const directory = path.resolve(options.data, options.directory)
  const wish: LogWish = {
    level: options.level ?? null,
    text: options.grep ?? null,
    accountId: options.account ?? null,
    rule: options.rule ?? null,
    sinceMs: options.since === undefined ? null : wallNow() - options.since,
  }
  const show = options.json === true ? (line: string) => `${line}\n` : textOf
  // A reader that has seen enough, such as head, is no failure.
  process.stdout.on('error', () => process.exit(EXIT_CODES.success))
  const files = logFiles(directory, DAEMON_LOG)
  if (files.length === 0 && options.follow !== true) {
    process.stderr.write(`There is no ${DAEMON_LOG} in ${directory}; --data and --directory say where to look.\n`)
    process.exitCode = EXIT_CODES.configuration
    return
  }
  // Before the last lines are read: one that is written meanwhile is rather shown twice than not at all.
  const added = options.follow === true ? followLog(path.join(directory, DAEMON_LOG), stopSignal()) : []
  for (const line of lastLines(files, wish, options.lines)) process.stdout.write(show(line))
  for await (const line of added) if (isWanted(line, wish)) process.stdout.write(show(line))
}

function lastLines(files: readonly string[], wish: LogWish, most: number): readonly string[] {
  const found: string[] = []
  if (most === 0) return found
  for (const line of linesBackwards(files)) {
    if (isTooOld(line, wish)) break
    if (isWanted(line, wish) && found.push(line) === most) break
  }
  return found.toReversed()
}

function stopSignal(): AbortSignal {
  const asked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => asked.abort())
  return asked.signal
}

const COLOURS: Readonly<Record<string, 'dim' | 'yellow' | 'red'>> = {
  DEBUG: 'dim',
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: 'red',
}

function textOf(line: string): string {
  const { head, level, text } = shownLine(line, localTimeZone())
  if (head === '') return `${visible(text)}\n`
  const colour = COLOURS[level]
  const shown = visible(text)
  return `${paint('dim', head)} ${level.padEnd(5)} ${colour === undefined ? shown : paint(colour, shown)}\n`
}

function count(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number')
  return value
}

function ruleCode(text: string): string {
  if (!/^(RULE|GUARD)-[A-Z0-9]+$/i.test(text)) throw new InvalidArgumentError('expected a code such as RULE-003')
  return text.toUpperCase()
}

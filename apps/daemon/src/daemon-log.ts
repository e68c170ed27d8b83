import path from 'node:path'
import type { LoadedConfig } from '@rm/config'
import pino from 'pino'
import { LogFile } from './log-file.ts'

type LoggingSettings = LoadedConfig['general']['logging']

/** Which of the log files beside `risk_manager.log` a line also belongs to; `traffic` is for `api.log` alone. */
export type LogTopic = 'enforcement' | 'api' | 'traffic'

/** The program's log: JSON lines on disk, and on the terminal lines for people when it is one. */
export interface DaemonLog {
  readonly logger: pino.Logger
  /** Writes all that was logged so far to the files, at once. */
  flush(): void
  /** Writes that failed so far, say on a full disk; their lines are lost. */
  lostWrites(): number
}

/** The parts of pino's line that our streams look at. */
interface PinoMetadata {
  lastLevel: number
  lastObj: object | null
}

const PINO_LEVELS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const
/** Lines that a blocked terminal or pipe may hold back before they are dropped: it must never stop the loop (reliability P-12). */
const CONSOLE_BUFFER_BYTES = 1_048_576
const MEGABYTE = 1_048_576

/** Opens the log files below the data folder. Throws when the folder cannot be written. */
export async function openDaemonLog(
  settings: LoggingSettings,
  dataDirectory: string,
  wallClock: () => number,
): Promise<DaemonLog> {
  const directory = path.resolve(dataDirectory, settings.directory)
  const maxBytes = settings.maxSizeMb * MEGABYTE
  const opened: LogFile[] = []
  const file = (name: string): LogFile => {
    const logFile = new LogFile({ directory, name, maxBytes, retentionDays: settings.retentionDays, wallClock })
    opened.push(logFile)
    return logFile
  }
  const { files } = settings
  const outlets: Outlet[] = [
    { stream: file('risk_manager.log'), minimum: levelNumber(files.daemon.level), takes: isForAll },
    { stream: file('enforcement.log'), minimum: levelNumber(files.enforcement.level), takes: isOf('enforcement') },
  ]
  if (files.api !== null) {
    outlets.push({ stream: file('api.log'), minimum: levelNumber(files.api.level), takes: isOf('api', 'traffic') })
  }
  if (files.error !== null) {
    outlets.push({ stream: file('error.log'), minimum: levelNumber(files.error.level), takes: isForAll })
  }
  if (!settings.json) await asText(outlets)
  if (settings.console)
    outlets.push({ stream: await openConsole(), minimum: levelNumber(settings.level), takes: isForAll })
  const lowest = Math.min(...outlets.map((outlet) => outlet.minimum))
  const logger = pino(
    {
      level: pino.levels.labels[lowest] ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    fanOut(outlets),
  )
  return {
    logger,
    flush: () => {
      for (const logFile of opened) logFile.flush()
    },
    lostWrites: () => opened.reduce((lost, logFile) => lost + logFile.lost, 0),
  }
}

interface Outlet {
  stream: pino.DestinationStream
  readonly minimum: number
  readonly takes: (topic: unknown) => boolean
}

const isForAll = (topic: unknown): boolean => topic !== ('traffic' satisfies LogTopic)

function isOf(...topics: readonly LogTopic[]): (topic: unknown) => boolean {
  const own = new Set<unknown>(topics)
  return (topic) => own.has(topic)
}

function fanOut(outlets: readonly Outlet[]): pino.DestinationStream & PinoMetadata {
  const stream: pino.DestinationStream & PinoMetadata = {
    lastLevel: 0,
    lastObj: null,
    write(line: string): void {
      const topic = topicOf(this.lastObj)
      for (const outlet of outlets) {
        if (this.lastLevel >= outlet.minimum && outlet.takes(topic)) outlet.stream.write(line)
      }
    },
  }
  // pino hands level and object of a line to streams that carry this mark.
  return Object.assign(stream, { [Symbol.for('pino.metadata')]: true })
}

function topicOf(line: object | null): unknown {
  return line !== null && 'topic' in line ? line.topic : null
}

function levelNumber(level: keyof typeof PINO_LEVELS): number {
  return pino.levels.values[PINO_LEVELS[level]] ?? 0
}

async function asText(outlets: Outlet[]): Promise<void> {
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({ colorize: false, singleLine: true })
  for (const outlet of outlets) {
    const { stream } = outlet
    outlet.stream = { write: (line: string) => stream.write(format(line)) }
  }
}

async function openConsole(): Promise<pino.DestinationStream> {
  const stdout = pino.destination({ dest: 1, sync: false, maxLength: CONSOLE_BUFFER_BYTES })
  stdout.on('error', () => {}) // a terminal that went away costs lines, not the daemon (reliability P-03)
  if (!process.stdout.isTTY) return stdout
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    destination: stdout,
    colorize: process.env['NO_COLOR'] === undefined,
    ignore: 'topic',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  })
}

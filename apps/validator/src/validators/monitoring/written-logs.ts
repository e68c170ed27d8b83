import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { LoggingSettings } from '@rm/config'
import { DAEMON_LOG, logFiles, readLogLine } from '@rm/runtime-pack'
import type { Finding } from '../../report/validation-report.ts'
import { wallClockMs } from '../../system-clock.ts'

const MIB = 1_048_576
const DAY_MS = 86_400_000
/** Told as a warning. */
const BREACH = 'breach-begun'
const OLD_LOG = `${DAEMON_LOG}.2020-01-02T03-04-05Z`

/** Leaves a log behind that is full, and one that is older than it may become, as if the daemon had run here for long. */
export function leaveOldLogs(folder: string, { retentionDays }: Pick<LoggingSettings, 'retentionDays'>): void {
  mkdirSync(folder, { recursive: true })
  const line = `${JSON.stringify({ level: 'info', time: '2020-01-02T03:04:05.000Z', msg: 'before' })}\n`
  writeFileSync(path.join(folder, DAEMON_LOG), line.repeat(Math.ceil(MIB / line.length)))
  const old = path.join(folder, OLD_LOG)
  writeFileSync(old, line)
  const seconds = (wallClockMs() - (retentionDays + 2) * DAY_MS) / 1_000
  utimesSync(old, seconds, seconds)
}

/** Whether the files that are configured hold what happened, the full one was put aside and the old one is gone. */
export function logFindings(
  folder: string,
  { files, json }: Pick<LoggingSettings, 'files' | 'json'>,
): readonly Finding[] {
  const wanted = [
    { name: DAEMON_LOG, mustHold: files.daemon.level === 'ERROR' ? null : BREACH },
    { name: 'enforcement.log', mustHold: files.enforcement.level === 'ERROR' ? null : BREACH },
    ...(files.api === null ? [] : [{ name: 'api.log', mustHold: null }]),
    ...(files.error === null ? [] : [{ name: 'error.log', mustHold: null }]),
  ]
  const written = wanted.flatMap(({ name, mustHold }) => fileFindings(path.join(folder, name), mustHold, json))
  const rotated = logFiles(folder, DAEMON_LOG).length > 1
  return [
    ...written,
    ...(rotated ? [] : [finding(path.join(folder, DAEMON_LOG), 'a full file was written on and not put aside')]),
    ...(existsSync(path.join(folder, OLD_LOG))
      ? [finding(path.join(folder, OLD_LOG), 'an old file was not removed')]
      : []),
  ]
}

function fileFindings(file: string, mustHold: string | null, json: boolean): readonly Finding[] {
  if (!existsSync(file)) return [finding(file, 'it is turned on and was not written')]
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  if (json && lines.some((line) => readLogLine(line) === null))
    return [finding(file, 'a line of it is no JSON of ours')]
  if (mustHold === null || lines.some((line) => line.includes(mustHold))) return []
  return [finding(file, `of a breach there is no line (${mustHold}) in it`)]
}

function finding(place: string, what: string): Finding {
  return {
    severity: 'error',
    place,
    what,
    remedy: 'Deploy a build that keeps its logs: nobody could say later what was done.',
  }
}

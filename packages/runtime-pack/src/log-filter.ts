import { shortAccountName } from '@rm/domain'
import { type LogLine, readLogLine } from './log-line.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What somebody wants to see of a log; `null` is no wish. */
export interface LogWish {
  /** This level and worse ones. */
  readonly level: LogLevel | null
  /** Part of the line, in any case. */
  readonly text: string | null
  readonly accountId: number | null
  /** `RULE-003`: lines that name it. */
  readonly rule: string | null
  /** Lines since this instant of the machine's clock, in epoch milliseconds. */
  readonly sinceMs: number | null
}

/** Whether a line is wanted. One that is no JSON (`general.logging.json: false`) has only its text to be found by. */
export function isWanted(text: string, wish: LogWish): boolean {
  if (wish.text !== null && !text.toLowerCase().includes(wish.text.toLowerCase())) return false
  if (wish.rule !== null && !names(text, wish.rule)) return false
  if (wish.level === null && wish.accountId === null && wish.sinceMs === null) return true
  const line = readLogLine(text)
  if (line === null) return false
  if (wish.accountId !== null && !isOf(line, wish.accountId)) return false
  if (wish.sinceMs !== null && timeOf(line) < wish.sinceMs) return false
  return wish.level === null || rankOf(line.level) >= rankOf(wish.level)
}

/** Whether the line, and with it all before it, is older than wanted. */
export function isTooOld(text: string, { sinceMs }: LogWish): boolean {
  if (sinceMs === null) return false
  const line = readLogLine(text)
  return line !== null && timeOf(line) < sinceMs
}

/** By its number, or by what is left of it where the log shortens names. */
function isOf({ accountId }: LogLine, wanted: number): boolean {
  return accountId === wanted || accountId === shortAccountName(String(wanted))
}

function names(text: string, rule: string): boolean {
  const at = text.indexOf(rule)
  return at !== -1 && !/\d/.test(text.charAt(at + rule.length))
}

function timeOf({ time }: LogLine): number {
  return Date.parse(time)
}

/** A level that nobody knows is shown rather than hidden. */
function rankOf(level: string): number {
  const rank = LOG_LEVELS.findIndex((one) => one === level)
  return rank === -1 ? LOG_LEVELS.length : rank
}

import { type LogLine, readLogLine } from './log-line.ts'

/** A line of the log for people: its parts, so that a face may colour them. */
export interface ShownLine {
  /** Date and time in the zone that was asked for; empty for a line that is text already. */
  readonly head: string
  readonly level: string
  readonly text: string
}

/** Facts that say more than the message of many lines does. */
const TOLD_FACTS = ['because', 'code', 'remedy', 'tookMs', 'eventToRequestMs', 'step', 'sinceStartMs'] as const

/** @param timeZone - in which the time of the machine's clock is shown */
export function shownLine(text: string, timeZone: string): ShownLine {
  const line = readLogLine(text)
  if (line === null) return { head: '', level: '', text }
  const account = line.accountId === undefined ? '' : `${line.accountId}  `
  return {
    head: clockText(line.time, timeZone),
    level: line.level.toUpperCase(),
    text: `${account}${line.msg}${factsOf(line)}`,
  }
}

function clockText(time: string, timeZone: string): string {
  const local = Temporal.Instant.from(time).toZonedDateTimeISO(timeZone)
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ fractionalSecondDigits: 3 })}`
}

function factsOf(line: LogLine): string {
  const told = TOLD_FACTS.flatMap((name) => {
    const value = line[name]
    const isTold = (typeof value === 'string' || typeof value === 'number') && !line.msg.includes(String(value))
    return isTold ? [`${name} ${value}`] : []
  })
  return told.length === 0 ? '' : `  (${told.join(', ')})`
}

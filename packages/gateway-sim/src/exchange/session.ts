import type { TradingHours } from './products.ts'

/** A daily window in minutes after local midnight; one whose start is not before its end runs over midnight. */
interface Window {
  readonly start: number
  readonly end: number
}

const exchangeZone = 'America/Chicago'
const minutes = (hour: number, minute: number): number => hour * 60 + minute

/**
 * Trading windows in Chicago, opened on Sunday to Thursday evening or on Monday to Friday morning (gateway contract, 6.5; grains and livestock
 * after the exchange's product pages). Exchange holidays are not simulated.
 */
const windows: Readonly<Record<TradingHours, readonly Window[]>> = {
  globex: [{ start: minutes(17, 0), end: minutes(16, 0) }],
  grains: [
    { start: minutes(19, 0), end: minutes(7, 45) },
    { start: minutes(8, 30), end: minutes(13, 20) },
  ],
  livestock: [{ start: minutes(8, 30), end: minutes(13, 5) }],
}

/** Whether quotes flow for products of these hours. False in the daily halt, at weekends and outside shorter sessions. */
export function isTrading(hours: TradingHours, epochMs: number): boolean {
  const { dayOfWeek, minuteOfDay } = localMinute(epochMs)
  return windows[hours].some((window) => isInside(window, dayOfWeek, minuteOfDay))
}

/**
 * Whether the gateway takes orders. It was seen to refuse them some minutes before the halt while quotes still streamed (gateway contract,
 * 6.5); from when on is unpublished.
 *
 * @param cutoff - minute after local midnight from which orders are refused until the halt; 16:00 means: not before the halt
 */
export function takesOrders(hours: TradingHours, epochMs: number, cutoff: number): boolean {
  const { minuteOfDay } = localMinute(epochMs)
  const isCutOff = minuteOfDay >= cutoff && minuteOfDay < minutes(17, 0)
  return !isCutOff && isTrading(hours, epochMs)
}

/** The daily halt: the latest possible cut-off. */
export const haltMinute: number = minutes(16, 0)

function isInside({ start, end }: Window, dayOfWeek: number, minute: number): boolean {
  const isMorningDay = dayOfWeek <= 5
  if (start < end) return isMorningDay && minute >= start && minute < end
  const isEveningDay = dayOfWeek <= 4 || dayOfWeek === 7
  return (isEveningDay && minute >= start) || (isMorningDay && minute < end)
}

interface LocalMinute {
  readonly epochMinute: number
  readonly dayOfWeek: number
  readonly minuteOfDay: number
}

// Every quote asks for the same minute, and zone arithmetic is the slowest thing that a quote would do.
let lastMinute: LocalMinute = { epochMinute: Number.NaN, dayOfWeek: 0, minuteOfDay: 0 }

function localMinute(epochMs: number): LocalMinute {
  const epochMinute = Math.floor(epochMs / 60_000)
  if (epochMinute !== lastMinute.epochMinute) {
    const local = Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000).toZonedDateTimeISO(exchangeZone)
    lastMinute = { epochMinute, dayOfWeek: local.dayOfWeek, minuteOfDay: local.hour * 60 + local.minute }
  }
  return lastMinute
}

import type { DayTrade } from '@rm/domain'

/** In order of their stamps; ids decide among equal ones. */
export function compareStamps(a: DayTrade, b: DayTrade): number {
  return a.trade.at - b.trade.at || a.trade.microseconds - b.trade.microseconds || a.trade.id - b.trade.id
}

/** The list with the trade in its place. What is new is nearly always the newest, so the place is looked for from the end. */
export function insertedByStamp(list: readonly DayTrade[], entry: DayTrade): readonly DayTrade[] {
  const place = list.findLastIndex((standing) => compareStamps(standing, entry) <= 0) + 1
  const copy = list.slice()
  copy.splice(place, 0, entry)
  return copy
}

import type { SessionSpec, SessionWindow } from '@rm/domain'
import { placeOf } from '../config-node.ts'
import type { TimersSource } from '../cross-checks.ts'
import { keyPathOf, type Report } from '../diagnostic.ts'
import type { RiskSettings } from '../risk-settings.ts'
import type { ComingSessions } from './coming-sessions.ts'

/** Sessions in which nothing can be traded, and sessions in the middle of which the day changes. */
export function lintSessions(
  { tree, rules: enabled }: RiskSettings,
  { settings: timers }: TimersSource,
  coming: ComingSessions,
  report: Report,
): void {
  const rule = enabled.session_block_outside
  if (rule === undefined) return
  const global = rule.global_session ?? timers.timers.sessionHours
  const block = ['rules', 'session_block_outside']
  if (!coming.isNews(placeOf(tree, block), [rule, global])) return
  for (const [product, own] of Object.entries(rule.per_instrument_sessions)) {
    if (own === null || global === null || overlap(coming.windowsOf(own), coming.windowsOf(global))) continue
    const path = [...block, 'per_instrument_sessions', product]
    report.warning(placeOf(tree, path), keyPathOf(path), {
      expected: `hours that meet the session of the account, ${hoursOf(global)}`,
      got: hoursOf(own),
      why: `the two never meet, so ${product} is closed at any time`,
      fix: 'correct the hours, the days or the zone',
    })
  }
  if (global === null) return
  const windows = coming.windowsOf(global)
  const shortest = Math.min(...windows.map(({ start, end }) => end - start))
  if (windows.length > 0 && rule.close_lead_seconds * 1_000 >= shortest) {
    const path = [...block, 'close_lead_seconds']
    report.warning(placeOf(tree, path), keyPathOf(path), {
      expected: `less than the ${shortest / 60_000} minutes of a session`,
      got: `${rule.close_lead_seconds} seconds`,
      why: 'the account is flat before the session has begun to last',
      fix: 'write a shorter lead',
    })
  }
  const crossed = windows.find(({ start, end }) => coming.calendar.nextReset(start) < end)
  if (crossed === undefined || global.allDay) return
  const { time, timeZone } = timers.reset
  report.notice(placeOf(tree, block), keyPathOf(block), {
    expected: 'a session that lies within one trading day',
    got: `${hoursOf(global)}, with the reset at ${time} ${timeZone} inside`,
    why: 'losses and trades are counted anew while the session is open',
    fix: 'nothing, if it is meant; otherwise end the session before the reset',
  })
}

/** Longest session of the account within the next days, in hours: 24 where none is in force. */
export function longestSessionHours(
  { rules: enabled }: RiskSettings,
  { settings: timers }: TimersSource,
  coming: ComingSessions,
): number {
  const rule = enabled.session_block_outside
  const spec = rule?.mode === 'enforce' ? (rule.global_session ?? timers.timers.sessionHours) : null
  if (spec === null) return DAY_HOURS
  const longest = Math.max(0, ...coming.windowsOf(spec).map(({ start, end }) => (end - start) / 3_600_000))
  return longest === 0 ? DAY_HOURS : Math.min(longest, DAY_HOURS)
}

const DAY_HOURS = 24
function overlap(a: readonly SessionWindow[], b: readonly SessionWindow[]): boolean {
  return a.some((one) => b.some((other) => one.start < other.end && other.start < one.end))
}

function hoursOf({ start, end, timeZone, days, allDay }: SessionSpec): string {
  return `${allDay ? 'all day' : `${start} to ${end}`} ${timeZone} on ${days.join(', ')}`
}

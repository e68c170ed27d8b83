import { instantOfLocal, type ResetSpec, type SessionSpec, weekdayOf } from '@rm/domain'
import { placeOf } from '../config-node.ts'
import type { TimersSource } from '../cross-checks.ts'
import { keyPathOf, type Place, type Report } from '../diagnostic.ts'
import type { RiskSettings } from '../risk-settings.ts'
import type { ComingSessions } from './coming-sessions.ts'

/** What the clock changes of the next twelve months do to sessions and to the reset. */
export function lintClockChanges(
  settings: RiskSettings,
  timers: TimersSource,
  coming: ComingSessions,
  report: Report,
): void {
  const rule = settings.rules.session_block_outside
  if (rule !== undefined) {
    const block = ['rules', 'session_block_outside']
    const own = [...block, 'global_session']
    if (rule.global_session !== undefined && rule.global_session !== null)
      lintSpec(rule.global_session, placeOf(settings.tree, own), keyPathOf(own), coming, report)
    else if (timers.settings.timers.sessionHours !== null)
      lintSpec(
        timers.settings.timers.sessionHours,
        placeOf(timers.tree, ['session_hours']),
        'session_hours',
        coming,
        report,
      )
    for (const [product, hours] of Object.entries(rule.per_instrument_sessions)) {
      const path = [...block, 'per_instrument_sessions', product]
      if (hours !== null) lintSpec(hours, placeOf(settings.tree, path), keyPathOf(path), coming, report)
    }
  }
  lintReset(timers.settings.reset, placeOf(timers.tree, ['daily_reset', 'time']), coming, report)
}

function lintSpec(spec: SessionSpec, at: Place, keyPath: string, coming: ComingSessions, report: Report): void {
  if (!coming.isNews(at, spec)) return
  const changes = coming.changesOf(spec.timeZone)
  const spans = changes.map(
    (change) => `from ${change.toPlainDate().toString()} ${utcSpan(spec, change.toPlainDate().add({ days: 1 }))}`,
  )
  if (spans.length > 0)
    report.notice(at, keyPath, {
      expected: 'hours in local time, which the clock changes move',
      got: `${localSpan(spec)} ${spec.timeZone} is ${utcSpan(spec, coming.today)} UTC today, ${spans.join(', ')}`,
      why: 'whoever trades by another clock finds the session an hour earlier or later',
      fix: 'nothing: the daemon takes care of it',
    })
  if (spec.allDay) return
  for (const change of changes) {
    for (const edge of ['start', 'end'] as const) {
      const oddity = oddityOf(spec[edge], change, edge === 'start' ? 'later' : 'earlier')
      if (oddity === null || !hasEdgeOn(spec, edge, change.toPlainDate())) continue
      report.notice(at, keyPath, {
        expected: `a local ${edge} that exists once on every day`,
        got: `${oddity}: the session ${edge === 'start' ? 'starts' : 'ends'} then`,
        why: 'the clocks change at that hour; the stricter of two readings is taken',
        fix: 'nothing, if it is meant; otherwise move the edge by an hour',
      })
    }
  }
}

function lintReset(reset: ResetSpec, at: Place, coming: ComingSessions, report: Report): void {
  if (!coming.isNews(at, reset)) return
  for (const change of coming.changesOf(reset.timeZone)) {
    const oddity = oddityOf(reset.time, change, 'later')
    if (oddity === null || !reset.days.includes(weekdayOf(change.toPlainDate()))) continue
    report.notice(at, 'daily_reset.time', {
      expected: 'a local time that exists once on every day',
      got: `${oddity}: the trading day changes then`,
      why: 'the clocks change at that hour; the later of two readings is taken',
      fix: 'nothing, if it is meant; otherwise move the reset by an hour',
    })
  }
}

/** `on 2027-03-14 02:30 does not exist in America/Chicago (08:00 UTC)`, or `null` for a time that exists once. */
function oddityOf(time: string, change: Temporal.ZonedDateTime, whenTwice: 'earlier' | 'later'): string | null {
  const date = change.toPlainDate()
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time))
  const first = local.toZonedDateTime(change.timeZoneId, { disambiguation: 'earlier' })
  const second = local.toZonedDateTime(change.timeZoneId, { disambiguation: 'later' })
  if (first.epochMilliseconds === second.epochMilliseconds) return null
  const taken = instantOfLocal(date, Temporal.PlainTime.from(time), change.timeZoneId, whenTwice)
  const isTwice = first.toPlainDateTime().equals(local)
  return `on ${date.toString()} ${time} ${isTwice ? 'comes twice' : 'does not exist'} in ${change.timeZoneId} (${utcTime(taken)} UTC is taken)`
}

function hasEdgeOn(spec: SessionSpec, edge: 'start' | 'end', date: Temporal.PlainDate): boolean {
  const crossesMidnight = spec.start > spec.end
  const opening = edge === 'end' && crossesMidnight ? date.subtract({ days: 1 }) : date
  return spec.days.includes(weekdayOf(opening))
}

function localSpan({ start, end, allDay }: SessionSpec): string {
  return allDay ? '00:00 to 24:00' : `${start} to ${end}`
}

function utcSpan({ start, end, timeZone, allDay }: SessionSpec, date: Temporal.PlainDate): string {
  const [from, until] = allDay ? ['00:00', '00:00'] : [start, end]
  const at = (time: string): string =>
    utcTime(date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds)
  return `${at(from)} to ${at(until)}`
}

function utcTime(epochMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toString().slice(11, 16)
}

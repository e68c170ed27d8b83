import {
  type Instant,
  instant,
  later,
  type Lockout,
  type LockoutEnd,
  type ResetSpec,
  TradingCalendar,
} from '@rm/domain'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import type { EnabledRules } from '@rm/rules'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Turn } from '../src/turn.ts'
import { Clockwork, NOTHING_STORED, START } from './clockwork.ts'
import { settingsOf } from './scene.ts'

/*
 * Timers are computed and never stored (risk rules, 3.3 and 3.4): what a wake-up does, early, late or twice, on whole turns.
 */

const RUNS = { numRuns: propertyRuns() }
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const CHICAGO: ResetSpec = { time: '17:00', timeZone: 'America/Chicago', days: ['sun', 'mon', 'tue', 'wed', 'thu'] }
const calendar = new TradingCalendar(CHICAGO)

const spec: fc.Arbitrary<ResetSpec> = fc.record({
  time: fc.constantFrom('17:00', '02:30', '00:00', '09:31'),
  timeZone: fc.constantFrom('America/Chicago', 'America/New_York', 'Europe/Berlin'),
  days: fc.constantFrom(CHICAGO.days, ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, ['mon'] as const),
})

const lockouts: fc.Arbitrary<readonly Lockout[]> = fc
  .array(
    fc.record({
      effect: fc.constantFrom('flat', 'reduce-only'),
      kind: fc.constantFrom('at', 'session-start'),
      // On both sides of the start, to the millisecond.
      inMs: fc.oneof(fc.integer({ min: -5, max: 5 * MINUTE }), fc.integer({ min: -HOUR, max: 60 * HOUR })),
    }),
    { maxLength: 4 },
  )
  .map((all) =>
    all.map(({ effect, kind, inMs }, index) => ({
      id: `l-${index}`,
      accountId: TEST_ACCOUNT,
      rule: 'RULE-007',
      scope: 'account',
      effect,
      baseline: new Map(),
      from: later(START, -2 * HOUR),
      end: { kind, at: later(START, inMs) } satisfies LockoutEnd,
      reason: 'a reason',
      evidence: null,
    })),
  )

const rules: fc.Arbitrary<EnabledRules> = fc
  .tuple(
    fc.constantFrom<EnabledRules>({}, settingsOf('daily_realized_loss', { limit: -500 })),
    fc
      .integer({ min: 1, max: 40 })
      .map((seconds) => settingsOf('no_stop_loss_grace', { enabled: true, grace_period_seconds: seconds })),
    fc.constantFrom<EnabledRules>(
      {},
      settingsOf('session_block_outside', { global_session: { start: '08:30', end: '09:31' }, close_lead_seconds: 20 }),
      settingsOf('session_block_outside', { global_session: { start: '09:31', end: '15:00' } }),
    ),
    fc.constantFrom<EnabledRules>({}, settingsOf('auth_loss_guard', { disconnect_alert_after_seconds: 7 })),
  )
  .map((chosen) => Object.assign({}, ...chosen))

interface Circumstances {
  readonly rules: EnabledRules
  readonly lockouts: readonly Lockout[]
  readonly calendar: TradingCalendar
  readonly size: number
  readonly marketLost: boolean
}

/** An account that was read, flat or with a position, and waits. */
function waiting({ lockouts: standing, size, marketLost, ...world }: Circumstances): Clockwork {
  const clockwork = new Clockwork(world, { ...NOTHING_STORED, lockouts: standing }, 0)
  clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: 0 }, 0)
  if (!marketLost) clockwork.take({ kind: 'stream-restored', stream: 'market', receivedMs: 0 }, 0)
  clockwork.read(size, 5)
  return clockwork
}

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  rules,
  lockouts,
  calendar: fc.constant(calendar),
  size: fc.constantFrom(0, 0, 2, -1),
  marketLost: fc.boolean(),
})

/** What a turn did, if anything. */
function doneBy({ record, commands, notes, reading, quotesWanted }: Turn): object {
  const { accountId: _account, at: _at, cause: _cause, ...rows } = record
  return { rows: Object.values(rows).filter((list) => list.length > 0), commands, notes, reading, quotesWanted }
}

const NOTHING_DONE = { rows: [], commands: [], notes: [], reading: null, quotesWanted: [] }

test('the wake-up that is asked for is no later than anything that is due', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(circumstances, fc.array(share, { minLength: 6, maxLength: 6 }), (given, shares) => {
      const clockwork = waiting(given)
      let nowMs = 5
      for (const part of shares) {
        const wakeMs = Math.ceil(clockwork.last?.wakeMs ?? Number.NaN)
        expect(wakeMs).toBeGreaterThanOrEqual(nowMs)
        // A moment before, and any time until then, nobody would have found anything to do.
        for (const earlyMs of [wakeMs - 1, nowMs + Math.floor((wakeMs - nowMs) * part)]) {
          if (earlyMs > nowMs && earlyMs < wakeMs)
            expect(doneBy(clockwork.look({ kind: 'woken', receivedMs: earlyMs }, earlyMs))).toEqual(NOTHING_DONE)
        }
        nowMs = Math.max(wakeMs, nowMs + 1)
        clockwork.wake(nowMs)
      }
    }),
    RUNS,
  )
})

test('waking early or twice changes nothing', () =>
  fc.assert(
    fc.property(circumstances, fc.integer({ min: 0, max: 90_000 }), (given, afterMs) => {
      const clockwork = waiting(given)
      clockwork.wake(5 + afterMs)
      const before = clockwork.state
      expect(doneBy(clockwork.wake(5 + afterMs))).toEqual(NOTHING_DONE)
      expect(clockwork.state).toEqual(before)
    }),
    RUNS,
  ))

test('a late wake-up does everything that was due meanwhile, resets in order', () =>
  fc.assert(
    fc.property(circumstances, spec, fc.integer({ min: 0, max: 90 * HOUR }), (given, days, lateMs) => {
      const flat: Circumstances = { ...given, size: 0, rules: {}, calendar: new TradingCalendar(days) }
      const [punctual, sleeper] = [waiting(flat), waiting(flat)]
      let nowMs = 5
      for (let turns = 0; turns < 200; turns += 1) {
        const wakeMs = Math.max(nowMs + 1, Math.ceil(punctual.last?.wakeMs ?? Number.POSITIVE_INFINITY))
        if (wakeMs > lateMs) break
        nowMs = wakeMs
        punctual.wake(nowMs)
      }
      const atMs = Math.max(nowMs, lateMs)
      punctual.wake(atMs)
      sleeper.wake(atMs)
      expect(sleeper.resets).toEqual(punctual.resets)
      expect(sleeper.resets).toEqual(sleeper.resets.toSorted((a, b) => a - b))
      expect(sleeper.state.lockouts).toEqual(punctual.state.lockouts)
      expect(sleeper.state.lockouts.every(({ end }) => 'at' in end && end.at > later(START, atMs))).toBe(true)
    }),
    RUNS,
  ))

test('every reset is processed once and in order, over any stops and starts', () => {
  const life = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 1, max: HOUR }), fc.integer({ min: 1, max: 60 * HOUR })),
    isRestart: fc.boolean(),
    isTimeTrusted: fc.constantFrom(true, true, true, false),
  })
  fc.assert(
    fc.property(spec, fc.array(life, { minLength: 1, maxLength: 8 }), (days, lives) => {
      const world = { rules: {}, calendar: new TradingCalendar(days) }
      const begun = world.calendar.previousReset(START)
      let clockwork = new Clockwork(world, { ...NOTHING_STORED, lastReset: begun, lastTurnAt: START }, 0)
      const processed: Instant[] = []
      let [nowMs, trustedMs] = [0, 0]
      for (const { afterMs, isRestart, isTimeTrusted } of lives) {
        nowMs += afterMs
        if (isRestart) {
          const { lastReset, lastNow } = clockwork.state
          clockwork = new Clockwork(world, { ...NOTHING_STORED, lastReset, lastTurnAt: lastNow }, nowMs)
        }
        clockwork.timeTrusted = isTimeTrusted
        if (isTimeTrusted) trustedMs = nowMs
        processed.push(...clockwork.wake(nowMs).record.resets)
      }
      const expected: Instant[] = []
      let next = world.calendar.nextReset(begun)
      while (next <= instant(START + trustedMs)) {
        expected.push(next)
        next = world.calendar.nextReset(next)
      }
      expect(processed).toEqual(expected)
    }),
    RUNS,
  )
})

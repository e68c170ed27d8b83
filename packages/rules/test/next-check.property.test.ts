import { type Finding, type Instant, instant, later, type Lockout, usd } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EnabledRules, evaluateRules, nextCheck } from '../src/evaluate.ts'
import { EVALUATION_ORDER, type RuleId, rules } from '../src/registry.ts'
import { aContext, aView, held, NOW } from './account-views.ts'

/*
 * Time alone: rules name the instant at which they want to look again, so that no rule depends on an event arriving (risk rules, 1.4).
 */

const RUNS = { numRuns: propertyRuns() }

const clockTime = fc.constantFrom('00:00', '08:30', '09:30', '09:31', '12:00', '15:00', '17:00', '23:59')
const session = fc
  .record({ start: clockTime, end: clockTime, timezone: fc.constantFrom('America/Chicago', 'Europe/Berlin') })
  .filter(({ start, end }) => start !== end)
const seconds = fc.integer({ min: 1, max: 120 })

/** Settings as somebody could write them; every rule is on. */
const written: fc.Arbitrary<{ readonly [Id in RuleId]: object }> = fc.record({
  max_contracts: fc.record({ limit: fc.integer({ min: 1, max: 5 }) }),
  max_contracts_per_instrument: fc.record({ default_limit: fc.integer({ min: 0, max: 4 }) }),
  daily_realized_loss: fc.record({ limit: fc.integer({ min: -300, max: -1 }) }),
  daily_unrealized_loss: fc.record({ limit: fc.integer({ min: -300, max: -1 }) }),
  max_unrealized_profit: fc.record({ target: fc.integer({ min: 1, max: 300 }) }),
  daily_realized_profit: fc.record({ target: fc.integer({ min: 1, max: 300 }) }),
  trade_frequency_limit: fc.record({ limits: fc.constant({ per_minute: 1 }) }),
  cooldown_after_loss: fc.record({ loss_threshold: fc.integer({ min: -300, max: -1 }) }),
  no_stop_loss_grace: fc.record({ grace_period_seconds: seconds }),
  session_block_outside: fc.record({
    global_session: session,
    per_instrument_sessions: fc.oneof(fc.constant({}), fc.record({ MNQ: session })),
    close_lead_seconds: fc.constantFrom(0, 60, 3_600),
    close_positions_at_session_end: fc.boolean(),
  }),
  auth_loss_guard: fc.record({ disconnect_alert_after_seconds: fc.integer({ min: 0, max: 120 }) }),
  symbol_blocks: fc.record({ blocked_symbols: fc.constantFrom(['ES'], ['M*'], ['RTY']) }),
  trade_management: fc.constant({ auto_take_profit: { enabled: true } }),
})

function enabledBy(all: { readonly [Id in RuleId]: object }, ids: readonly RuleId[] = EVALUATION_ORDER): EnabledRules {
  return Object.fromEntries(ids.map((id) => [id, rules[id].settings.parse({ enabled: true, ...all[id] })]))
}

function sinceMs(ms: number | null): Instant | null {
  return ms === null ? null : later(NOW, -ms)
}

const ago = fc.option(fc.integer({ min: 0, max: 150_000 }), { nil: null })

const view = fc
  .record({
    positions: fc.uniqueArray(
      fc.record({
        contract: fc.constantFrom(contracts.MNQ, contracts.ES),
        size: fc.integer({ min: -4, max: 4 }).filter((size) => size !== 0),
        open: fc.integer({ min: -400, max: 400 }),
        uncoveredMs: fc.integer({ min: 0, max: 130_000 }),
        covered: fc.boolean(),
        measuredAgoMs: fc.integer({ min: 0, max: 130_000 }),
      }),
      { selector: ({ contract }) => contract.id },
    ),
    realized: fc.integer({ min: -400, max: 400 }),
    lost: fc.record({
      userStreamDownSince: ago,
      marketStreamDownSince: ago,
      authenticationLostSince: ago,
      unlistedSince: ago,
    }),
  })
  .map(({ positions, realized, lost }) => {
    return aView({
      positions: positions.map(({ contract, size, open, uncoveredMs, covered, measuredAgoMs }) => {
        const value = usd(open * 10_000)
        return held(contract, size, {
          value: { kind: 'known', current: value, worst: value, best: value },
          protection: { uncoveredMs, covered, measuredAt: later(NOW, -measuredAgoMs) },
        })
      }),
      trades: [aTrade(1, contracts.ES, { realizedPnl: usd(realized * 10_000), at: later(NOW, -1_000) })],
      connection: {
        userStreamDownSince: sinceMs(lost.userStreamDownSince),
        marketStreamDownSince: sinceMs(lost.marketStreamDownSince),
        authenticationLostSince: sinceMs(lost.authenticationLostSince),
        unlistedSince: sinceMs(lost.unlistedSince),
      },
    })
  })

/** What a finding does. How long it has lasted by now is text. */
function effectOf({ scope, tier, goals, lockout, alert }: Finding): object {
  return { scope, tier, goals, effect: lockout?.effect, until: lockout?.until, alert: alert?.severity }
}

const effectsAt = (enabled: EnabledRules, of: ReturnType<typeof aView>, now: Instant): readonly object[] =>
  evaluateRules(enabled, of, aContext({ now })).map(({ code, verdict }) => ({
    code,
    findings: verdict.findings.map(effectOf),
  }))

test('no verdict changes by time alone before the next look', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const fromMs = fc.constantFrom(0, 1, 59_999, 3_600_000, 40_000_000)
  fc.assert(
    fc.property(written, view, fromMs, share, (all, of, ms, part) => {
      const enabled = enabledBy(all)
      const now = later(NOW, ms)
      const next = nextCheck(enabled, of, aContext({ now }))
      // The daily rules look again at the reset, so there always is one.
      expect(next).toBeGreaterThan(now)
      const span = (next ?? now) - now
      const before = effectsAt(enabled, of, now)
      for (const at of [now + Math.floor(span * part), now + span - 1])
        expect(effectsAt(enabled, of, instant(at))).toEqual(before)
    }),
    RUNS,
  )
})

const someRules = fc.subarray([...EVALUATION_ORDER], { minLength: 1 })

const lockouts: fc.Arbitrary<readonly Lockout[]> = fc.array(
  fc.record({
    id: fc.constant('l1'),
    accountId: fc.constant(TEST_ACCOUNT),
    rule: fc.constantFrom('RULE-003', 'RULE-006'),
    scope: fc.constantFrom('account', 'product:MNQ'),
    effect: fc.constantFrom('flat', 'reduce-only'),
    baseline: fc.constant(new Map()),
    from: fc.constant(later(NOW, -60_000)),
    end: fc.constant({ kind: 'at' as const, at: later(NOW, 60_000) }),
    reason: fc.constant('a reason'),
    evidence: fc.constant(null),
  }),
  { maxLength: 2 },
)

test('every rule that is on judges, in the order of the log, locked or not', () =>
  fc.assert(
    fc.property(written, someRules, view, lockouts, (all, ids, of, locked) => {
      const verdicts = evaluateRules(enabledBy(all, ids), of, aContext({ lockouts: locked }))
      expect(verdicts.map(({ rule }) => rule)).toEqual(EVALUATION_ORDER.filter((id) => ids.includes(id)))
    }),
    RUNS,
  ))

test('whichever rules throw, each is a breach of its own safety, and the others judge as before', () => {
  const broken = { get: (target: object, key: string): unknown => brokenValue(target, key) }
  fc.assert(
    fc.property(written, someRules, view, (all, ids, of) => {
      const sound = enabledBy(all)
      const faulty: EnabledRules = Object.fromEntries(
        Object.entries(sound).map(([id, own]) => [id, ids.some((one) => one === id) ? new Proxy(own, broken) : own]),
      )
      const expected = new Map(evaluateRules(sound, of, aContext()).map((one) => [one.rule, one]))
      for (const judged of evaluateRules(faulty, of, aContext())) {
        if (judged.fault === null) {
          expect(judged).toEqual(expected.get(judged.rule))
          continue
        }
        expect(ids).toContain(judged.rule)
        expect(judged.result).toBe('BREACH')
        expect(judged.verdict.findings.map(({ scope, goals }) => [scope, goals.map(({ kind }) => kind)])).toEqual([
          ['account', ['reduce-only']],
        ])
      }
    }),
    RUNS,
  )
})

function brokenValue(target: object, key: string): unknown {
  if (key === 'mode') return Reflect.get(target, key)
  throw new TypeError(`no ${key}`)
}

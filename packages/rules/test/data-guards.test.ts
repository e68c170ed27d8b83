import { later, type Unvalued, usd } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { evaluateGuards, type GuardContext, type GuardSettings, nextGuardCheck } from '../src/data-guards.ts'
import { aView, held, NOW } from './account-views.ts'

const { MNQ, ES } = contracts

const SETTINGS: GuardSettings = {
  staleAfterMs: 10_000,
  staleCriticalMs: 60_000,
  onStaleQuotes: 'alert',
  unvaluedGraceMs: 30_000,
  onUnvaluedPosition: 'close',
}
const CONTEXT: GuardContext = { now: NOW, tickValueDoubt: () => null }

function missing(what: Unvalued['missing'], ms: number) {
  return held(MNQ, 2, {
    value: { kind: 'unknown', reason: 'a reason', lastKnown: null },
    unvalued: { missing: what, since: later(NOW, -ms) },
  })
}

/** Code, severity and goals of what the guards find. */
function found(position: ReturnType<typeof missing>, settings: Partial<GuardSettings> = {}) {
  const judged = evaluateGuards({ ...SETTINGS, ...settings }, aView({ positions: [held(ES, 1), position] }), CONTEXT)
  return judged.flatMap(({ code, verdict }) =>
    verdict.findings.map(({ alert, goals }) =>
      `${code} ${alert?.severity} ${goals.map(({ kind }) => kind).join()}`.trim(),
    ),
  )
}

describe('quotes that stay away in an open market', () => {
  test.each([
    [10_000, 'alert', []],
    [10_001, 'alert', ['GUARD-STALE warning']],
    [59_999, 'close', ['GUARD-STALE warning']],
    [60_000, 'alert', ['GUARD-STALE critical']],
    [60_000, 'close', ['GUARD-STALE critical flat-contract']],
  ] as const)('for %d ms, to %s: %s', (ms, onStaleQuotes, expected) =>
    expect(found(missing('quote', ms), { onStaleQuotes })).toEqual(expected),
  )

  test('are asked for again, and a human reads which and for how long', () => {
    const [stale] = evaluateGuards(SETTINGS, aView({ positions: [missing('quote', 12_000)] }), CONTEXT)
    expect(stale?.verdict.findings).toMatchObject([
      {
        scope: `contract:${MNQ.id}`,
        tier: 1,
        quotesWanted: MNQ.id,
        message: 'MNQZ6 +2 has had no quote for 12 s in an open market.',
        alert: { code: 'quotes-stale' },
      },
    ])
  })
})

describe('a position of unknown tick value', () => {
  test.each([
    [0, 'close', ['GUARD-VALUE warning']],
    [29_999, 'close', ['GUARD-VALUE warning']],
    [30_000, 'close', ['GUARD-VALUE critical flat-contract']],
    [30_000, 'alert', ['GUARD-VALUE critical']],
  ] as const)('for %d ms, to %s: %s', (ms, onUnvaluedPosition, expected) =>
    expect(found(missing('tick-value', ms), { onUnvaluedPosition })).toEqual(expected),
  )
})

test('a tick value that changed is critical, and the larger one counts', () => {
  const doubt = { before: usd(5_000), now: usd(2_500), used: usd(5_000) }
  const context: GuardContext = { now: NOW, tickValueDoubt: (id) => (id === MNQ.id ? doubt : null) }
  const judged = evaluateGuards(SETTINGS, aView({ positions: [held(ES, 1), held(MNQ, 2)] }), context)
  const [finding, ...others] = judged.flatMap(({ verdict }) => verdict.findings)
  expect(others).toEqual([])
  expect(finding).toMatchObject({
    alert: { severity: 'critical', code: 'tick-value-changed' },
    goals: [],
    lockout: null,
  })
  expect(finding?.alert?.text).toContain('$0.50 counts')
})

test('what is valued, or whose market is closed, concerns no guard', () => {
  const closed = held(MNQ, 1, { value: { kind: 'unknown', reason: 'no quote yet', lastKnown: null } })
  expect(evaluateGuards(SETTINGS, aView({ positions: [held(ES, 1), closed] }), CONTEXT)).toEqual([])
})

test('guards look again when patience ends, without any event', () => {
  const next = (position: ReturnType<typeof missing>) =>
    nextGuardCheck(SETTINGS, aView({ positions: [held(ES, 1), position] }), NOW)
  expect(next(missing('quote', 0))).toBe(later(NOW, 10_001))
  expect(next(missing('quote', 20_000))).toBe(later(NOW, 40_000))
  expect(next(missing('quote', 60_000))).toBeNull()
  expect(next(missing('tick-value', 10_000))).toBe(later(NOW, 20_000))
  expect(next(held(MNQ, 2))).toBeNull()
})

test('a guard that throws is a breach of its own safety', () => {
  const context: GuardContext = {
    now: NOW,
    tickValueDoubt: (() => {
      let asked = 0
      return () => {
        asked += 1
        if (asked > 1) throw new TypeError('no records')
        return { before: usd(1), now: usd(2), used: usd(2) }
      }
    })(),
  }
  const judged = evaluateGuards(SETTINGS, aView({ positions: [held(MNQ, 2)] }), context)
  const faulty = judged.find(({ fault }) => fault !== null)
  expect(faulty).toMatchObject({ code: 'GUARD-TICK', result: 'BREACH' })
  expect(faulty?.verdict.findings[0]?.goals).toEqual([{ kind: 'reduce-only', baseline: new Map([[MNQ.id, 2]]) }])
})

import { contracts } from '@rm/domain/testing'
import type { PositionView } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { dailyUnrealizedLoss } from '../src/daily-unrealized-loss.ts'
import { aContext, aView, held, money } from './account-views.ts'
import { problemOf } from './problem-of.ts'
import { valued } from './valued-position.ts'

const { MNQ, ES, CL, ZN } = contracts

function verdictOf(positions: readonly PositionView[], settings: object = {}) {
  const parsed = dailyUnrealizedLoss.settings.parse({ limit: -300, ...settings })
  return dailyUnrealizedLoss.evaluate(parsed, aView({ positions }), aContext())
}

function check(positions: readonly PositionView[], measured: readonly string[], settings: object = {}): void {
  expect(verdictOf(positions, settings).findings.map((finding) => finding.measured)).toEqual(measured)
}

const stale = (lastKnown: string) =>
  held(MNQ, 2, { value: { kind: 'unknown', reason: 'the quote is 12 s old', lastKnown: money(lastKnown) } })

describe('daily unrealized loss of a position', () => {
  test.each([
    ['1: two MNQ, five points down', valued(MNQ, 2, 21_000, 20_995), []],
    ['2: a quarter point short of the limit', valued(MNQ, 2, 21_000, 20_925.25), []],
    ['3: at the limit exactly', valued(MNQ, 2, 21_000, 20_925), ['-$300.00']],
    ['4: a short, at the ask', valued(ES, -1, 5_800, 5_806), ['-$300.00']],
    ['5: crude short of it', valued(CL, -2, 70, 70.14), []],
    ['5: crude at it', valued(CL, -2, 70, 70.15), ['-$300.00']],
    ['6: notes short of it', valued(ZN, 3, 110.5, 110.40625), []],
    ['6: notes beyond it', valued(ZN, 3, 110.5, 110.390625), ['-$328.125']],
    ['7: the worst of three coalesced quotes', valued(MNQ, 1, 21_000, 20_855, 20_847.5, 20_860), ['-$305.00']],
  ] as const)('%s', (_name, position, measured) => check([position], measured))

  test('closes its contract alone and locks nothing', () => {
    const [finding, ...others] = verdictOf([valued(ES, 1, 6_000, 6_010), valued(MNQ, 2, 21_000, 20_925)]).findings
    expect(others).toEqual([])
    expect(finding).toEqual({
      scope: `contract:${MNQ.id}`,
      measured: '-$300.00',
      limit: '-$300.00',
      message: 'The open loss of MNQZ6 +2 is -$300.00; the limit is -$300.00.',
      tier: 1,
      goals: [{ kind: 'flat-contract', contractId: MNQ.id }],
      lockout: null,
    })
  })

  test('G11: a winner does not mask a loser', () =>
    check([valued(ES, 2, 6_000, 6_020), valued(MNQ, 2, 21_000, 20_925)], ['-$300.00']))

  test('judges each losing position by itself', () =>
    check([valued(ES, 1, 6_000, 5_994), valued(MNQ, 2, 21_000, 20_925)], ['-$300.00', '-$300.00']))

  test('a price at the limit and back within one window is a breach', () =>
    check([valued(MNQ, 2, 21_000, 20_999, 20_925, 20_999)], ['-$300.00']))

  test('G12: a position without a quote is unknown and never nothing', () => {
    const unseen = held(MNQ, 2, { value: { kind: 'unknown', reason: 'no quote yet', lastKnown: null } })
    const verdict = verdictOf([unseen])
    expect(verdict.findings).toEqual([])
    expect(verdict.blind).toEqual([`the open P&L of ${MNQ.id} is unknown: no quote yet`])
  })

  test('a loss that was seen last counts while it is unknown, a profit does not', () => {
    check([stale('-300')], ['-$300.00'])
    check([stale('300')], [])
    expect(verdictOf([stale('-300')]).blind).toHaveLength(1)
  })

  test('reports the used share of the worst position', () => {
    expect(verdictOf([valued(MNQ, 2, 21_000, 20_940)]).use).toBeCloseTo(0.8)
    expect(verdictOf([valued(MNQ, 2, 21_000, 21_040)]).use).toBe(0)
    expect(verdictOf([]).use).toBe(0)
  })
})

describe('daily unrealized loss of all positions', () => {
  const total = { scope: 'total' }

  test('sums the worst values and closes the account without a lockout', () => {
    const [finding] = verdictOf([valued(ES, 1, 6_000, 5_997), valued(MNQ, 2, 21_000, 20_962.5)], total).findings
    expect(finding).toMatchObject({
      scope: 'account',
      measured: '-$300.00',
      goals: [{ kind: 'flat-account' }],
      lockout: null,
    })
  })

  test('lets a winner make up for a loser', () =>
    check([valued(ES, 1, 6_000, 6_001), valued(MNQ, 2, 21_000, 20_925)], [], total))

  test('takes an unknown position by its last known loss', () => {
    const unknown = held(ES, 1, { value: { kind: 'unknown', reason: 'old', lastKnown: money('-200') } })
    check([unknown, valued(MNQ, 1, 21_000, 20_950)], ['-$300.00'], total)
  })
})

describe('its settings', () => {
  test('want a loss', () => {
    const [issue] = dailyUnrealizedLoss.settings.safeParse({ limit: 300 }).error?.issues ?? []
    expect(problemOf(issue)).toMatchObject({ why: 'losses are negative amounts', fix: 'write `-300`' })
  })

  test('judge single positions unless all are meant', () => {
    const parsed = dailyUnrealizedLoss.settings.parse({ limit: -300 })
    expect(parsed).toMatchObject({ enabled: true, scope: 'per_position' })
    expect(dailyUnrealizedLoss.nextCheck(parsed, aView(), aContext())).toBeNull()
  })
})

import { contracts } from '@rm/domain/testing'
import type { PositionView } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { maxUnrealizedProfit } from '../src/max-unrealized-profit.ts'
import { aContext, aView, held, money } from './account-views.ts'
import { problemOf } from './problem-of.ts'
import { valued } from './valued-position.ts'

const { MNQ, ES, NQ } = contracts

function verdictOf(positions: readonly PositionView[]) {
  const settings = maxUnrealizedProfit.settings.parse({ enabled: true, target: 1_000 })
  return maxUnrealizedProfit.evaluate(settings, aView({ positions }), aContext())
}

describe('max unrealized profit', () => {
  test.each([
    ['1: a tick short of the target', valued(ES, 1, 6_000, 6_019.75), []],
    ['2: at the target exactly', valued(ES, 1, 6_000, 6_020), ['+']],
    ['3: two micros', valued(MNQ, 2, 21_000, 21_250), ['+']],
    ['4: a short, at the ask', valued(NQ, -1, 21_000, 20_950), ['+']],
    ['a profit that is gone', valued(ES, 1, 6_000, 6_025, 6_019), []],
    ['a loss', valued(ES, 1, 6_000, 5_000), []],
  ] as const)('%s', (_name, position, found) => expect(verdictOf([position]).findings).toHaveLength(found.length))

  test('5: closes the position that reached it and no other, without a lockout', () => {
    const { findings } = verdictOf([valued(ES, 1, 6_000, 6_020), valued(MNQ, 1, 21_000, 21_250)])
    expect(findings).toEqual([
      {
        scope: `contract:${ES.id}`,
        measured: '$1,000.00',
        limit: '$1,000.00',
        message: 'The open profit of ESZ6 +1 is $1,000.00; the target is $1,000.00.',
        tier: 1,
        goals: [{ kind: 'flat-contract', contractId: ES.id }],
        lockout: null,
      },
    ])
  })

  test('an unknown value is no profit, and no pass', () => {
    const unknown = held(ES, 1, { value: { kind: 'unknown', reason: 'old', lastKnown: money('2000') } })
    expect(verdictOf([unknown])).toMatchObject({ findings: [], use: 0 })
    expect(verdictOf([unknown]).blind).toHaveLength(1)
  })

  test('reports the used share of the largest profit', () =>
    expect(verdictOf([valued(ES, 1, 6_000, 6_016), valued(MNQ, 1, 21_000, 21_100)]).use).toBeCloseTo(0.8))
})

test.each([
  [-1_000, 'a target is a profit', 'write `1000`'],
  [0, 'a target is a profit', 'write `1000`'],
  ['a lot', 'the target is money in dollars', 'write `1000`'],
  [1_000.00001, 'money has at most four decimal places', 'round it to cents'],
  ['99999999999999999', 'no account is that large', 'write the profit that is enough'],
])('the target %j is refused', (target, why, fix) => {
  const [issue] = maxUnrealizedProfit.settings.safeParse({ target }).error?.issues ?? []
  expect(problemOf(issue)).toEqual({ expected: 'a positive amount', why, fix })
})

test('is off unless turned on', () =>
  expect(maxUnrealizedProfit.settings.parse({ target: 1 })).toMatchObject({ enabled: false, target: 10_000 }))

import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant, type Instant } from '../src/instant.ts'
import { isActive, type Lockout, type LockoutEnd, longestFirst, withLockout } from '../src/lockout.ts'
import { TEST_ACCOUNT } from '../src/testing/builders.ts'

const RUNS = { numRuns: propertyRuns() }
const moment: fc.Arbitrary<Instant> = fc.integer({ min: 0, max: 200 }).map(instant)

const end: fc.Arbitrary<LockoutEnd> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('at', 'next-reset', 'session-start'), at: moment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('can-trade', 'config') }) },
)

const lockouts: fc.Arbitrary<readonly Lockout[]> = fc
  .array(
    fc.record({
      rule: fc.constantFrom('RULE-003', 'RULE-006', 'RULE-010'),
      scope: fc.constantFrom('account', 'product:ES'),
      effect: fc.constantFrom('flat', 'reduce-only'),
      from: fc.constant(instant(0)),
      end,
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map((one, index) => ({
      ...one,
      id: `l-${index}`,
      accountId: TEST_ACCOUNT,
      baseline: new Map(),
      reason: `lockout ${index}`,
      evidence: null,
    })),
  )

/** What is locked at an instant, how strictly, and until when: read off the records in the plainest way. */
function lockAt(records: readonly Lockout[], now: Instant, scope: Lockout['scope']): string {
  const active = records.filter((one) => one.scope === scope && isActive(one, now))
  if (active.length === 0) return 'free'
  const strictest = active.some((one) => one.effect === 'flat') ? 'flat' : 'reduce-only'
  const ends = active.map((one) => ('at' in one.end ? one.end.at : Number.POSITIVE_INFINITY))
  return `${strictest} until ${Math.max(...ends)}`
}

function added(all: readonly Lockout[]): readonly Lockout[] {
  return all.reduce<readonly Lockout[]>(withLockout, [])
}

/** How much a lock binds, to compare two of them at one instant. */
function strictness(lock: string): readonly [number, number] {
  const [, effect, until] = /^(flat|reduce-only) until (\w+)$/.exec(lock) ?? []
  return [effect === undefined ? 0 : effect === 'flat' ? 2 : 1, effect === undefined ? -1 : Number(until)]
}

test('the lock at any instant is what the records say, merged or not', () =>
  fc.assert(
    fc.property(lockouts, moment, (all, now) => {
      for (const scope of ['account', 'product:ES'] as const)
        expect(lockAt(added(all), now, scope)).toBe(lockAt(all, now, scope))
    }),
    RUNS,
  ))

test('the order in which lockouts are added changes nothing', () =>
  fc.assert(
    fc.property(
      lockouts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
      moment,
      ([all, shuffled], now) => {
        for (const scope of ['account', 'product:ES'] as const)
          expect(lockAt(added(shuffled), now, scope)).toBe(lockAt(added(all), now, scope))
      },
    ),
    RUNS,
  ))

test('adding a lockout never unlocks earlier and never binds less', () =>
  fc.assert(
    fc.property(lockouts, moment, (all, now) => {
      const before = added(all.slice(0, -1))
      const after = added(all)
      for (const scope of ['account', 'product:ES'] as const) {
        const [was, is] = [strictness(lockAt(before, now, scope)), strictness(lockAt(after, now, scope))]
        expect(is[0]).toBeGreaterThanOrEqual(was[0])
        expect(is[1]).toBeGreaterThanOrEqual(was[1])
      }
    }),
    RUNS,
  ))

test('a lockout of one scope says nothing about another', () =>
  fc.assert(
    fc.property(lockouts, moment, (all, now) => {
      const ofAccount = all.filter(({ scope }) => scope === 'account')
      expect(lockAt(added(all), now, 'account')).toBe(lockAt(added(ofAccount), now, 'account'))
    }),
    RUNS,
  ))

test('the order of display is one, and what lasts longest comes first', () =>
  fc.assert(
    fc.property(
      lockouts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length }))),
      ([all, shuffled]) => {
        const shown = all.toSorted(longestFirst)
        expect(shuffled.toSorted(longestFirst)).toEqual(shown)
        const ends = shown.map((one) => ('at' in one.end ? one.end.at : Number.POSITIVE_INFINITY))
        expect(ends).toEqual(ends.toSorted((a, b) => (a === b ? 0 : b > a ? 1 : -1)))
      },
    ),
    RUNS,
  ))

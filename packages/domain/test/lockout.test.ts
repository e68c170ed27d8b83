import { describe, expect, test } from 'vitest'
import { type Instant, instant } from '../src/instant.ts'
import { endInstant, extendLockout, isActive, type Lockout, longestFirst, sameLockout } from '../src/lockout.ts'
import { TEST_ACCOUNT } from '../src/testing/builders.ts'

function until(end: number, changes: Partial<Lockout> = {}): Lockout {
  return {
    id: 'l1',
    accountId: TEST_ACCOUNT,
    rule: 'RULE-003',
    scope: 'account',
    effect: 'flat',
    baseline: new Map(),
    from: instant(0),
    end: { kind: 'at', at: instant(end) },
    reason: `until ${end}`,
    evidence: null,
    ...changes,
  }
}

const at = (ms: number): Instant => instant(ms)

describe('a lockout that ends with a condition', () => {
  const waiting = until(0, { id: 'l2', end: { kind: 'can-trade' } })

  test('is in force at any time', () => {
    expect([0, 1e15].map((now) => isActive(waiting, at(now)))).toEqual([true, true])
  })

  test('is one with its like, and beside every other end', () => {
    expect(sameLockout(waiting, { ...waiting, id: 'l3' })).toBe(true)
    expect(sameLockout(waiting, { ...waiting, end: { kind: 'config' } })).toBe(false)
    expect(extendLockout(waiting, { ...waiting, reason: 'again' })).toBe(waiting)
    expect(extendLockout(until(100), waiting)).toEqual(until(100))
  })
})

test('an extension brings its numbers', () => {
  const evidence = { measured: '-$350.00', limit: '-$300.00', configuration: 'c0ffee' }
  expect(extendLockout(until(100), until(200, { evidence })).evidence).toBe(evidence)
  expect(extendLockout(until(100), until(50, { evidence })).evidence).toBeNull()
})

test('what lasts longest is shown first, whatever the order in which it came', () => {
  const all = [until(150), until(300, { id: 'l3' }), until(0, { id: 'l2', end: { kind: 'config' } })]
  for (const order of [all, all.toReversed()]) {
    expect(order.toSorted(longestFirst).map(({ id }) => id)).toEqual(['l2', 'l3', 'l1'])
  }
})

describe('a lockout', () => {
  test.each([
    [99, true],
    [100, false],
    [101, false],
  ])('until 100 is in force at %d: %s', (now, active) => {
    expect(isActive(until(100), at(now))).toBe(active)
  })

  test('is only ever extended', () => {
    expect(endInstant(extendLockout(until(100), until(200)).end)).toBe(200)
    expect(endInstant(extendLockout(until(200), until(100)).end)).toBe(200)
    expect(extendLockout(until(200), until(100)).reason).toBe('until 200')
  })

  test('keeps the id and the baseline that were committed first', () => {
    const extended = extendLockout(until(100), until(200, { id: 'l2', from: at(50) }))
    expect([extended.id, extended.from]).toEqual(['l1', 0])
  })

  test.each<[Partial<Lockout>, boolean]>([
    [{ id: 'l2', end: { kind: 'next-reset', at: at(7) } }, true],
    [{ rule: 'RULE-009' }, false],
    [{ scope: 'product:ES' }, false],
    [{ effect: 'reduce-only' }, false],
    [{ end: { kind: 'can-trade' } }, false],
  ])('is one with another that differs by %j: %s', (changes, same) => {
    expect(sameLockout(until(100), until(100, changes))).toBe(same)
  })
})

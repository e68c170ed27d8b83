import { describe, expect, test } from 'vitest'
import { type Instant, instant } from '../src/instant.ts'
import { extendLockout, isActive, type Lockout, sameLockout } from '../src/lockout.ts'
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
    ...changes,
  }
}

const at = (ms: number): Instant => instant(ms)

describe('a lockout', () => {
  test.each([
    [99, true],
    [100, false],
    [101, false],
  ])('until 100 is in force at %d: %s', (now, active) => {
    expect(isActive(until(100), at(now))).toBe(active)
  })

  test('is only ever extended', () => {
    expect(extendLockout(until(100), until(200)).end.at).toBe(200)
    expect(extendLockout(until(200), until(100)).end.at).toBe(200)
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
  ])('is one with another that differs by %j: %s', (changes, same) => {
    expect(sameLockout(until(100), until(100, changes))).toBe(same)
  })
})

import { AccountId } from '@rm/domain'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Lane, RateBudget } from '../../src/rest/rate-budget.ts'

const OTHERS: readonly Lane[] = ['verification', 'management', 'reconcile', 'background']
const URGENT: readonly Lane[] = ['enforcement', 'cancellation', 'session']
/** One whose requests have never been paced. */
const FRESH = AccountId.parse(9_999_999)

const settings = fc
  .record({ requests: fc.integer({ min: 10, max: 200 }), share: fc.double({ min: 0.1, max: 0.9, noNaN: true }) })
  .map(({ requests, share }) => ({
    windowMs: 60_000,
    requests,
    reservedForEnforcement: Math.max(2, Math.floor(requests * share)),
  }))

const step = fc.record({
  lane: fc.constantFrom(...OTHERS, ...URGENT),
  account: fc.option(fc.constantFrom(7_001_001, 7_001_002).map((id) => AccountId.parse(id))),
  count: fc.integer({ min: 1, max: 90 }),
  isRefused: fc.constantFrom(false, false, false, true),
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 70_000 })),
})

test('enforcement is never refused while any other lane is admitted', () => {
  let admitted = 0
  fc.assert(
    fc.property(
      settings,
      fc.array(step, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...URGENT),
      (own, steps, urgent) => {
        let nowMs = 0
        const budget = new RateBudget(own, {
          monotonic: () => nowMs,
          random: () => 0,
          log: { write: () => undefined },
        })
        for (const { lane, account, count, isRefused, pauseMs } of steps) {
          for (let sent = 0; sent < count && budget.takeNow(lane, account); sent += 1);
          if (isRefused) budget.refused(nowMs, null)
          for (const other of OTHERS) {
            if (!budget.takeNow(other)) continue
            admitted += 1
            expect(budget.takeNow(urgent)).toBe(true)
            expect(budget.takeNow(urgent, FRESH) || budget.use(urgent) >= 1).toBe(true)
          }
          nowMs += pauseMs
        }
      },
    ),
    { numRuns: propertyRuns() },
  )
  // Else the property would hold of nothing.
  expect(admitted).toBeGreaterThan(propertyRuns())
})

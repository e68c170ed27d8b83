import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayClock } from '../src/gateway-clock.ts'

const NOON = Date.parse('2026-11-04T18:00:00Z')
const HOUR = 3_600_000

type Happening =
  | { readonly kind: 'pass'; readonly ms: number }
  /** Somebody moves the machine's clock. */
  | { readonly kind: 'wall'; readonly byMs: number }
  | { readonly kind: 'reply'; readonly tookMs: number; readonly ageMs: number }
  | { readonly kind: 'stamp'; readonly ageMs: number }
  /** A reply whose date is wrong. */
  | { readonly kind: 'lie'; readonly byMs: number }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.oneof(fc.nat(2_000), fc.nat(20 * 60_000)) }),
  fc.record({ kind: fc.constant('wall' as const), byMs: fc.integer({ min: -48 * HOUR, max: 48 * HOUR }) }),
  fc.record({ kind: fc.constant('reply' as const), tookMs: fc.nat(3_000), ageMs: fc.nat(900) }),
  fc.record({ kind: fc.constant('stamp' as const), ageMs: fc.nat(5_000) }),
  fc.record({ kind: fc.constant('lie' as const), byMs: fc.integer({ min: -HOUR, max: HOUR }) }),
)

test('business time never runs backwards and never ahead of the gateway, however the machine’s clock is moved', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('production' as const, 'simulator' as const),
      // How far the gateway is from the machine at the start.
      fc.integer({ min: -HOUR, max: HOUR }),
      fc.array(happening, { minLength: 1, maxLength: 30 }),
      (environment, apartMs, happenings) => {
        let [wallMs, elapsedMs] = [NOON, 1_000]
        const gatewayNow = (): number => NOON + apartMs + elapsedMs - 1_000
        const clock = new GatewayClock({
          environment,
          wallClock: () => wallMs,
          monotonic: () => elapsedMs,
          log: { write: () => undefined },
        })
        const pass = (ms: number): void => {
          wallMs += ms
          elapsedMs += ms
        }
        const reply = (tookMs: number, ageMs: number, lieMs = 0): void => {
          const sentMs = elapsedMs
          const date = Math.floor((gatewayNow() - Math.min(ageMs, tookMs) + lieMs) / 1_000) * 1_000
          pass(tookMs)
          clock.sampleDate(date, sentMs, elapsedMs)
        }
        reply(40, 0)
        let before = clock.now()
        let isHonest = true
        for (const one of happenings) {
          if (one.kind === 'pass') pass(one.ms)
          else if (one.kind === 'wall') wallMs += one.byMs
          else if (one.kind === 'reply') reply(one.tookMs, one.ageMs)
          else if (one.kind === 'lie') {
            isHonest = false
            reply(40, 0, one.byMs)
          } else clock.sampleStamp(Math.floor(gatewayNow() - one.ageMs))
          const now = clock.now()
          expect(now).toBeGreaterThanOrEqual(before)
          if (isHonest) expect(now).toBeLessThanOrEqual(gatewayNow())
          before = now
        }
      },
    ),
    { numRuns: propertyRuns() },
  )
})

import { AccountId } from '@rm/domain'
import { propertyRuns } from '@rm/package-config/property-runs'
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Lane, RateBudget, RateBudgetSpent } from '../../src/rest/rate-budget.ts'

const SETTINGS = { windowMs: 60_000, requests: 200, reservedForEnforcement: 60 }
const READS = SETTINGS.requests - SETTINGS.reservedForEnforcement

interface Line {
  readonly level: string
  readonly message: string
}

function budget(): { budget: RateBudget; log: Line[] } {
  const log: Line[] = []
  return {
    log,
    budget: new RateBudget(SETTINGS, {
      monotonic: () => performance.now(),
      random: () => 0,
      log: { write: (level, message) => log.push({ level, message }) },
    }),
  }
}

/** Takes slots until the lane gets none. */
function exhaust(from: RateBudget, lane: Lane, account: AccountId | null = null): number {
  let taken = 0
  while (from.takeNow(lane, account)) taken += 1
  return taken
}

describe('the rate budget', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each<[Lane, number]>([
    ['session', 200],
    ['enforcement', 200],
    ['cancellation', 200],
    ['verification', SETTINGS.requests - SETTINGS.reservedForEnforcement / 2],
    ['management', READS],
    ['reconcile', READS],
    ['background', READS],
  ])('lets the lane %s have %i requests of a window', (lane, count) => {
    expect(exhaust(budget().budget, lane)).toBe(count)
  })

  test('keeps the reserve free for enforcement when reads have taken all of theirs', () => {
    const { budget: shared } = budget()
    exhaust(shared, 'reconcile')
    expect(exhaust(shared, 'management')).toBe(0)
    expect(exhaust(shared, 'verification')).toBe(SETTINGS.reservedForEnforcement / 2)
    expect(exhaust(shared, 'enforcement')).toBe(SETTINGS.reservedForEnforcement / 2)
  })

  test('gives a slot back a quarter of a second after the window, not before', async () => {
    const { budget: full } = budget()
    exhaust(full, 'enforcement')
    await vi.advanceTimersByTimeAsync(60_249)
    expect(full.takeNow('enforcement')).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(full.takeNow('enforcement')).toBe(true)
  })

  test('serves those who wait by lane, and within a lane in the order they came', async () => {
    const { budget: full } = budget()
    exhaust(full, 'background')
    const served: string[] = []
    const waiting = (['background', 'reconcile', 'management', 'reconcile'] as const).map(async (lane, index) => {
      await full.take(lane)
      served.push(`${lane} ${index}`)
    })
    expect(full.takeNow('background')).toBe(false)
    await vi.advanceTimersByTimeAsync(60_250)
    await Promise.all(waiting)
    expect(served).toEqual(['management 2', 'reconcile 1', 'reconcile 3', 'background 0'])
  })

  test('refuses at once what its deadline would not let wait, and lets the rest wait', async () => {
    const { budget: full } = budget()
    exhaust(full, 'enforcement')
    const now = performance.now()
    await expect(full.take('enforcement', now + 3_000)).rejects.toThrow(RateBudgetSpent)
    const patient = full.take('enforcement', now + 61_000)
    await vi.advanceTimersByTimeAsync(60_250)
    await expect(patient).resolves.toBeUndefined()
  })

  test('refuses more waiters than anybody could serve', async () => {
    const { budget: full } = budget()
    exhaust(full, 'reconcile')
    const waiting = Array.from({ length: 256 }, () => full.take('reconcile'))
    await expect(full.take('reconcile')).rejects.toThrow('too many requests wait')
    full.close()
    const ends = await Promise.allSettled(waiting)
    expect(ends.every((end) => end.status === 'rejected')).toBe(true)
  })

  describe('the pace of one account', () => {
    const [FIRST, SECOND] = [AccountId.parse(7_001_001), AccountId.parse(7_001_002)]
    test('lets a burst of sixty leave at once, closes and cancels together', () => {
      const { budget: shared } = budget()
      for (let close = 0; close < 20; close += 1) shared.takeNow('enforcement', FIRST)
      expect(exhaust(shared, 'cancellation', FIRST)).toBe(40)
      expect(shared.takeNow('enforcement', FIRST)).toBe(false)
    })

    test('walks on after it, one every 750 ms', async () => {
      const { budget: shared } = budget()
      exhaust(shared, 'enforcement', FIRST)
      const from = performance.now()
      await vi.advanceTimersByTimeAsync(0)
      const waits: number[] = []
      for (let close = 0; close < 3; close += 1) {
        const taken = shared.take('enforcement', Number.POSITIVE_INFINITY, FIRST)
        await vi.advanceTimersByTimeAsync(750)
        await taken
        waits.push(performance.now() - from)
      }
      expect(waits).toEqual([750, 1_500, 2_250])
    })

    test('does not hold up another account, which finds the whole reserve however long the first one goes on (E-13)', async () => {
      const { budget: shared } = budget()
      for (let second = 0; second < 120; second += 1) {
        exhaust(shared, 'enforcement', FIRST)
        void shared.take('enforcement', performance.now() + 3_000, FIRST).catch(() => undefined)
        await vi.advanceTimersByTimeAsync(1_000)
      }
      expect(exhaust(shared, 'enforcement', SECOND)).toBeGreaterThanOrEqual(SETTINGS.reservedForEnforcement - 1)
    })

    test('lets a close go before the cancels that wait', async () => {
      const { budget: shared } = budget()
      exhaust(shared, 'enforcement', FIRST)
      const served: string[] = []
      for (const lane of ['cancellation', 'cancellation', 'enforcement'] as const) {
        void shared.take(lane, Number.POSITIVE_INFINITY, FIRST).then(() => served.push(lane))
      }
      await vi.advanceTimersByTimeAsync(3_000)
      expect(served).toEqual(['enforcement', 'cancellation', 'cancellation'])
    })
  })

  describe('after a 429', () => {
    test('halves what reads may use and leaves enforcement alone (G-02)', async () => {
      const { budget: refused } = budget()
      refused.refused(performance.now(), null)
      expect(refused.takeNow('reconcile')).toBe(false)
      expect(refused.takeNow('enforcement')).toBe(true)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(exhaust(refused, 'reconcile')).toBe(READS / 2 - 1)
      expect(exhaust(refused, 'enforcement')).toBe(SETTINGS.requests - READS / 2)
    })

    test('keeps no look back that tells whether a close worked', () => {
      const { budget: refused } = budget()
      for (let times = 0; times < 4; times += 1) refused.refused(performance.now() + times, null)
      expect(refused.takeNow('reconcile')).toBe(false)
      expect(exhaust(refused, 'verification')).toBe(SETTINGS.requests - SETTINGS.reservedForEnforcement / 2)
    })

    test('gives the half back after a window without another', async () => {
      const { budget: refused } = budget()
      refused.refused(performance.now(), null)
      await vi.advanceTimersByTimeAsync(60_250)
      expect(exhaust(refused, 'reconcile')).toBe(READS)
    })

    test('pauses reads longer each time, up to 15 s', async () => {
      const { budget: refused } = budget()
      const pauses: number[] = []
      for (let round = 0; round < 7; round += 1) {
        const from = performance.now()
        refused.refused(from, null)
        const taken = refused.take('background').then(() => pauses.push(performance.now() - from))
        await vi.advanceTimersByTimeAsync(20_000)
        await taken
      }
      expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
    })

    test('pauses reads as long as the gateway asks for', async () => {
      const { budget: refused } = budget()
      refused.refused(performance.now(), 3_000)
      await vi.advanceTimersByTimeAsync(2_999)
      expect(refused.takeNow('reconcile')).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(refused.takeNow('reconcile')).toBe(true)
    })

    test('counts several requests that were refused together once', async () => {
      const { budget: refused } = budget()
      const sentAt = performance.now()
      await vi.advanceTimersByTimeAsync(50)
      for (let index = 0; index < 5; index += 1) refused.refused(sentAt, null)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(exhaust(refused, 'reconcile')).toBe(READS / 2)
    })

    test('calls it stolen when our own requests cannot have been the cause, and not otherwise (G-04)', () => {
      const innocent = budget()
      innocent.budget.refused(performance.now(), null)
      expect(innocent.log).toEqual([{ level: 'error', message: expect.stringContaining('budget_stolen') }])
      const guilty = budget()
      exhaust(guilty.budget, 'enforcement')
      guilty.budget.refused(performance.now(), null)
      expect(guilty.log).toEqual([{ level: 'warn', message: expect.not.stringContaining('budget_stolen') }])
    })
  })

  test('never lets more than the budget leave in any window, whatever is asked for when', async () => {
    const lane = constantFrom<Lane>('session', 'enforcement', 'verification', 'reconcile', 'background')
    const step = record({
      lane,
      count: integer({ min: 1, max: 80 }),
      pauseMs: integer({ min: 0, max: 30_000 }),
    })
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { budget: model } = budget()
        const departures: number[] = []
        const waiting: Promise<void>[] = []
        for (const { lane: wanted, count, pauseMs } of steps) {
          for (let index = 0; index < count; index += 1) {
            const taken = model.take(wanted).then(
              () => void departures.push(performance.now()),
              () => {},
            )
            waiting.push(taken)
          }
          await vi.advanceTimersByTimeAsync(pauseMs)
        }
        await vi.advanceTimersByTimeAsync(600_000)
        await Promise.all(waiting)
        for (const [index, start] of departures.entries()) {
          const inWindow = departures.slice(index).filter((departure) => departure <= start + SETTINGS.windowMs)
          expect(inWindow.length).toBeLessThanOrEqual(SETTINGS.requests)
        }
      }),
      { numRuns: propertyRuns(30) },
    )
  })
})

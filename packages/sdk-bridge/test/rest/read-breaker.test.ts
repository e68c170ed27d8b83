import { beforeEach, describe, expect, test } from 'vitest'
import { BreakerOpen, ReadBreaker } from '../../src/rest/read-breaker.ts'

class Lost extends Error {}

const fails = (): Promise<never> => Promise.reject(new Lost('no answer'))
const refused = (): Promise<never> => Promise.reject(new RangeError('no'))
const works = (): Promise<string> => Promise.resolve('an answer')

let now: number
let breaker: ReadBreaker
beforeEach(() => {
  now = 0
  breaker = breakerWith(1)
})

function breakerWith(halfOpen: number): ReadBreaker {
  return new ReadBreaker(
    { failures: 3, openMs: 5_000, halfOpen },
    () => now,
    (error) => error instanceof Lost,
  )
}

/** How calls end, one after the other. */
async function outcomes(...calls: readonly (() => Promise<unknown>)[]): Promise<readonly string[]> {
  const ends: string[] = []
  for (const call of calls) {
    ends.push(
      await breaker.execute(call).then(
        () => 'worked',
        (error: unknown) => (error instanceof BreakerOpen ? 'kept back' : 'failed'),
      ),
    )
  }
  return ends
}

describe('the breaker of the reads', () => {
  test('keeps calls back after three failures in a row, and not after three with a good one between', async () => {
    expect(await outcomes(fails, fails, works, fails, fails)).toEqual([
      'failed',
      'failed',
      'worked',
      'failed',
      'failed',
    ])
    expect(await outcomes(fails, works)).toEqual(['failed', 'kept back'])
  })

  test('lets one try after a second, and opens the way when it works (G-05)', async () => {
    await outcomes(fails, fails, fails)
    now = 999
    expect(await outcomes(works)).toEqual(['kept back'])
    now = 1_000
    expect(await outcomes(works, works)).toEqual(['worked', 'worked'])
  })

  test('waits twice as long after each trial that fails, and never longer than allowed', async () => {
    await outcomes(fails, fails, fails)
    for (const pauseMs of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      now += pauseMs - 1
      expect(await outcomes(fails)).toEqual(['kept back'])
      now += 1
      expect(await outcomes(fails)).toEqual(['failed'])
    }
  })

  test('lets only one try at a time', async () => {
    await outcomes(fails, fails, fails)
    now = 1_000
    const trial = Promise.withResolvers<string>()
    const first = breaker.execute(() => trial.promise)
    expect(await outcomes(works)).toEqual(['kept back'])
    trial.resolve('an answer')
    expect(await first).toBe('an answer')
  })

  test('lets as many try at once as the settings say, and the failures of one round make one longer pause', async () => {
    breaker = breakerWith(2)
    await outcomes(fails, fails, fails)
    now = 1_000
    const trials = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const ends = trials.map(({ promise }) => breaker.execute(() => promise).catch(() => 'failed'))
    expect(await outcomes(works)).toEqual(['kept back'])
    for (const { reject } of trials) reject(new Lost('no answer'))
    expect(await Promise.all(ends)).toEqual(['failed', 'failed'])
    now = 2_999
    expect(await outcomes(works)).toEqual(['kept back'])
    now = 3_000
    expect(await outcomes(works, works)).toEqual(['worked', 'worked'])
  })

  test('one good trial opens the way, whatever becomes of another of the same round', async () => {
    breaker = breakerWith(2)
    await outcomes(fails, fails, fails)
    now = 1_000
    const late = Promise.withResolvers<string>()
    const other = breaker.execute(() => late.promise).catch(() => 'failed')
    expect(await outcomes(works)).toEqual(['worked'])
    late.reject(new Lost('no answer'))
    expect(await other).toBe('failed')
    expect(await outcomes(works)).toEqual(['worked'])
  })

  test('counts a call that was refused as an answer', async () => {
    expect(await outcomes(fails, fails, refused, fails, works)).toEqual([
      'failed',
      'failed',
      'failed',
      'failed',
      'worked',
    ])
  })

  test('is closed by whoever knows better', async () => {
    await outcomes(fails, fails, fails)
    breaker.close()
    expect(await outcomes(works)).toEqual(['worked'])
  })
})

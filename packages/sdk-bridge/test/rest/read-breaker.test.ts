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
  breaker = new ReadBreaker(
    { failures: 3, openMs: 5_000 },
    () => now,
    (error) => error instanceof Lost,
  )
})

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

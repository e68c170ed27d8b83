import { describe, expect, test } from 'vitest'
import { QuoteLags } from '../src/quote-lags.ts'

describe('the lags of quotes', () => {
  test('are unknown before the first quote', () => {
    const lags = new QuoteLags()
    expect(lags).toMatchObject({ handled: 0 })
    expect(lags.percentile(0.99)).toBeNull()
  })

  test('are told by their nearest ranks', () => {
    const lags = new QuoteLags()
    for (let lagMs = 1; lagMs <= 100; lagMs += 1) lags.take(lagMs)
    expect([lags.handled, lags.percentile(0.5), lags.percentile(0.99), lags.percentile(1)]).toEqual([100, 50, 99, 100])
  })

  test('count a stamp of the future as no lag, and minutes as one', () => {
    const lags = new QuoteLags()
    lags.take(-3)
    lags.take(600_000)
    expect([lags.percentile(0.5), lags.percentile(1)]).toEqual([0, 60_000])
  })
})

import { type Position, usd } from '@rm/domain'
import { aPosition, aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { confirmableMs, repeatedMs, signedSize } from '../../src/book.ts'
import { REST_LAG_TOLERANCE_MS } from '../../src/book/rest-lag.ts'
import { Story, time } from './story.ts'

const { MNQ } = contracts

/** Short 2, flat, short 2 once more in the same life: nobody knows whether the last word is an old one. */
function repeated(): Story {
  return new Story().snapshot({}).at('14:00:10').position(mnq(-2)).position(mnq(-1)).position(mnq(-2))
}

describe('a word of the stream that repeats a former one (R-13, R-15)', () => {
  test('is in doubt until a reading speaks', () => {
    expect(repeatedMs(repeated().book, MNQ.id)).toBe(10_000)
    expect(
      repeatedMs(
        repeated()
          .at('14:00:10.050')
          .snapshot({ positions: [mnq(-2)] }).book,
        MNQ.id,
      ),
    ).toBeNull()
  })

  test('is explained by trades that the position does not show yet', () => {
    const story = new Story().snapshot({}).at('14:00:10').position(mnq(-3)).position(mnq(-7))
    // The entry that the position has shown already, told late; it must not hide the exit.
    story.trade(aTrade(1, MNQ, { side: 'sell', size: 4, at: time('14:00:10') }))
    story.trade(aTrade(2, MNQ, { side: 'buy', size: 4, at: time('14:00:10'), realizedPnl: usd(-100) }))
    expect(repeatedMs(story.position(mnq(-3)).book, MNQ.id)).toBeNull()
  })

  test('is outweighed by a reading, which has to be confirmed by one that cannot lag (G-16)', () => {
    const story = repeated()
      .at('14:00:10.050')
      .snapshot({ positions: [mnq(-1)] })
    expect(signedSize(story.book, MNQ.id)).toBe(-1)
    expect(story.last).toMatchObject({ disputed: true, missedByStream: false })
    const fromMs = 10_000 + REST_LAG_TOLERANCE_MS + 1
    expect(confirmableMs(story.book, MNQ.id)).toBe(fromMs)

    story.at('14:00:13').snapshot({ positions: [mnq(-1)] })
    expect(confirmableMs(story.book, MNQ.id)).toBe(fromMs)
    story.at('14:00:13.001').snapshot({ positions: [mnq(-1)] })
    expect(confirmableMs(story.book, MNQ.id)).toBeNull()
  })

  test('comes true again by a reading that cannot lag, and the stream is not blamed', () => {
    const story = repeated()
      .at('14:00:10.050')
      .snapshot({ positions: [mnq(-1)] })
      .at('14:00:13.001')
      .snapshot({ positions: [mnq(-2)] })
    expect(signedSize(story.book, MNQ.id)).toBe(-2)
    expect(confirmableMs(story.book, MNQ.id)).toBeNull()
    expect(story.last).toMatchObject({ disputed: false, missedByStream: false, enlarged: MNQ.id })
    expect(story.last.drift).toHaveLength(1)
  })

  test('leaves nothing to confirm once the stream speaks again', () => {
    const story = repeated()
      .at('14:00:10.050')
      .snapshot({ positions: [mnq(-1)] })
    expect(confirmableMs(story.at('14:00:11').position(mnq(-1)).book, MNQ.id)).toBeNull()
  })

  test('is not outweighed by a reading of an earlier life of the position: that one lags', () => {
    const later = { openedAt: time('14:00:09') }
    const story = new Story().snapshot({}).at('14:00:10')
    for (const size of [-2, -1, -2]) story.position(aPosition(MNQ, size, later))
    story.at('14:00:10.050').snapshot({ positions: [mnq(4)] })
    expect(signedSize(story.book, MNQ.id)).toBe(-2)
    expect(story.last.disputed).toBe(true)
  })
})

function mnq(size: number): Position {
  return aPosition(MNQ, size, { openedAt: time('14:00:00') })
}

import { describe, expect, test } from 'vitest'
import { type Stage, stage, storyOf } from './stage.ts'

/** Plays the opening unrecorded and returns the story of the rest. */
function storyAfter(opening: (on: Stage) => void, act: (on: Stage) => void, knobs = {}): string[] {
  const on = stage({ knobs })
  opening(on)
  on.events.length = 0
  act(on)
  return storyOf(on.events)
}
const long = (on: Stage): void => void on.market('buy', 1)

describe('order of events', () => {
  test('a market entry shows the pending order, the trade, the filled order, the position and the account', () => {
    const story = storyAfter(
      () => undefined,
      (on) => on.market('buy', 2),
    )
    expect(story).toEqual(['order 6', 'trade', 'order 2', 'position 2', 'account'])
  })

  test('a bracket entry suspends both legs and sets the target to work before the stop', () => {
    const story = storyAfter(
      () => undefined,
      (on) => {
        on.market('buy', 2, {
          stopLossBracket: { ticks: -40, type: 4 },
          takeProfitBracket: { ticks: 40, type: 1 },
        })
      },
    )
    expect(story).toEqual([
      'order 8 SL',
      'order 6',
      'order 8 TP',
      'trade',
      'order 2',
      'order 1 TP',
      'order 1 SL',
      'position 2',
      'account',
    ])
  })

  test('a limit exit shows its order first and the opening trade once more', () => {
    const story = storyAfter(
      (on) => {
        long(on)
        on.place({ type: 1, side: 1, limitPrice: 25_005 })
      },
      (on) => on.exchange.setPrice('CON.F.US.MNQ.Z26', 25_005),
    )
    expect(story).toEqual(['order 2', 'trade P&L', 'trade', 'position 0', 'account'])
  })

  test('a stop exit shows its trade first and the opening trade once more', () => {
    const story = storyAfter(
      (on) => {
        long(on)
        on.place({ type: 4, side: 1, stopPrice: 24_990 })
      },
      (on) => on.exchange.setPrice('CON.F.US.MNQ.Z26', 24_990),
    )
    expect(story).toEqual(['trade P&L', 'trade', 'order 2', 'position 0', 'account'])
  })

  test('a flatten by market shows the trade, the opening trade once more and then the order', () => {
    const story = storyAfter(long, (on) => on.exchange.closeContract(7001001, 'CON.F.US.MNQ.Z26', 'daemon'))
    expect(story).toEqual(['order 6', 'trade P&L', 'trade', 'order 2', 'position 0', 'account'])
  })

  test('the trade that is shown once more is the opening trade, unchanged', () => {
    const on = stage()
    on.market('buy', 2)
    on.market('sell', 2)
    const trades = on.events.flatMap((event) => (event.kind === 'trade' ? [event.data] : []))
    expect(trades).toHaveLength(3)
    expect(trades[2]).toEqual(trades[0])
  })

  test('a partial close does not show the opening trade again', () => {
    const story = storyAfter(
      (on) => void on.market('buy', 2),
      (on) => on.market('sell', 1),
    )
    expect(story).toEqual(['order 6', 'trade P&L', 'order 2', 'position 1', 'account'])
  })

  test('a refused order is pending and then rejected, and the reason is in the reply alone', () => {
    const on = stage()
    const reply = on.market('buy', 100_000)
    expect(storyOf(on.events)).toEqual(['order 6', 'order 5'])
    expect(reply).toMatchObject({ success: false, errorCode: 2, errorMessage: 'Not enough margin.' })
    expect(on.exchange.orders(7001001).map(({ id }) => id)).toEqual([reply.orderId])
  })

  test('the losing leg of a bracket is cancelled some time after the other has filled', () => {
    const on = stage({ knobs: { ocoCancelMs: [250, 250] } })
    on.market('buy', 1, { stopLossBracket: { ticks: -40, type: 4 }, takeProfitBracket: { ticks: 40, type: 1 } })
    on.events.length = 0
    on.exchange.moveMarket('CON.F.US.MNQ.Z26', 41)
    expect(storyOf(on.events)).toEqual(['order 2 TP', 'trade P&L', 'trade', 'position 0', 'account'])
    on.clock.advance(249)
    expect(storyOf(on.events)).not.toContain('order 3 SL')
    on.clock.advance(1)
    expect(storyOf(on.events).at(-1)).toBe('order 3 SL')
  })

  test('the close event keeps the entry price and carries size and type 0 with action 2', () => {
    const on = stage()
    on.market('buy', 1)
    on.exchange.moveMarket('CON.F.US.MNQ.Z26', 100)
    on.market('sell', 1)
    const last = on.events.findLast((event) => event.kind === 'position')
    expect(last).toMatchObject({ action: 2, data: { type: 0, size: 0, averagePrice: 25_000.25 } })
  })

  test('a reversal is one position event of the other type, born anew', () => {
    const on = stage()
    on.market('buy', 1)
    on.clock.advance(1_000)
    on.market('sell', 3)
    const [first, second] = on.events.flatMap((event) => (event.kind === 'position' ? [event.data] : []))
    expect(second).toMatchObject({ type: 2, size: 2, averagePrice: 25_000 })
    expect(second?.id).not.toBe(first?.id)
    expect(second?.creationTimestamp).not.toBe(first?.creationTimestamp)
  })

  test('what a listener causes is told to everybody after what it has heard', () => {
    const on = stage()
    const heard: string[] = []
    on.exchange.subscribe((event) => {
      if (event.kind === 'position' && event.data.size === 1) on.market('sell', 1)
    })
    on.exchange.subscribe((event) => heard.push(...storyOf([event])))
    on.market('buy', 1)
    expect(heard.filter((word) => word !== 'account')).toEqual([
      'order 6',
      'trade',
      'order 2',
      'position 1',
      'order 6',
      'trade P&L',
      'trade',
      'order 2',
      'position 0',
    ])
  })
})

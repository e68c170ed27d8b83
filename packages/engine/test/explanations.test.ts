import { describe, expect, test } from 'vitest'
import { Scene, settingsOf } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

describe('after a restart it is explained with its numbers', () => {
  test('why a trader who comes back while locked is flattened', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-210)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    await scene.restart()
    await scene.connect()
    scene.trade('buy', 1)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    const [first, why, numbers, configuration] = scene.explanations().at(-1) ?? []
    expect(first).toMatch(/^RULE-003: account is held flat since /)
    expect(why).toMatch(/^because The day's realized P&L of /)
    expect(numbers).toMatch(/^measured -\$5\d\d\.\d\d, limit -\$500\.00$/)
    expect(configuration).toBe('configuration c0ffee')
  })

  test('what an earlier run had begun, although the loss that demanded it is over', async () => {
    using scene = await Scene.open({ rules: settingsOf('cooldown_after_loss') })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-60)
    // A loss is an event, over with the next turn, while what it demands is pursued: the process dies in between.
    const note = scene.journal.afterCommit
    scene.journal.afterCommit = (nth, record) => {
      note(nth, record)
      if (record.endedBreaches.length > 0) scene.kill()
    }
    scene.trade('sell', 4)
    await scene.run(1_000)
    await scene.restart()
    await scene.connect()
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    const [first, , numbers] = scene.explanations().at(-1) ?? []
    expect(first).toMatch(/^RULE-007: account is held flat since /)
    expect(numbers).toMatch(/^measured -\$1\d\d\.\d\d, limit -\$100\.00$/)
  })
})

describe('trade management explains', () => {
  const MANAGED = settingsOf('trade_management', {
    enabled: true,
    auto_stop_loss: { enabled: true, distance_ticks: 40 },
    auto_take_profit: { enabled: true, distance_ticks: 400 },
    auto_breakeven: { enabled: true, profit_trigger_ticks: 20 },
    trailing_stop: { enabled: true, activation_ticks: 60, trail_distance_ticks: 10 },
  })

  /** A connected account that has bought so many, with what was told of its orders so far. */
  async function holding(contracts: number): Promise<Scene> {
    const scene = await Scene.open({ rules: MANAGED })
    await scene.connect()
    scene.trade('buy', contracts)
    await scene.run(500)
    return scene
  }

  test('each order that it places, with numbers, cause, request, answer and proof', async () => {
    using scene = await holding(2)
    const [stop, target] = scene.explanations('order-managed')
    expect(stop).toEqual([
      expect.stringMatching(/^RULE-012 at .*: MNQZ6 \+2 is not covered by a stop, so a stop is placed at [\d.]+\.$/),
      expect.stringMatching(/^measured average [\d.]+, market unknown, limit auto_stop_loss 40 ticks$/),
      expect.stringMatching(/^triggered by position-changed .*; configuration c0ffee$/),
      expect.stringMatching(/^sent: place-order sell 2 .* stop at .*; the gateway answered accepted after \d+ ms, /),
      expect.stringMatching(/^done after \d+ ms, proved by the stream, which shows an order with our tag$/),
    ])
    expect(target?.[0]).toMatch(/MNQZ6 \+2 has no target, so one is placed at/)
    expect(target?.[1]).toMatch(/, limit auto_take_profit 400 ticks$/)
  })

  test('each move, by what demanded it', async () => {
    using scene = await holding(1)
    const told: (string | undefined)[][] = []
    for (const ticks of [25, 40]) {
      const before = scene.explanations('order-managed').length
      scene.move(ticks)
      await scene.run(3_000)
      told.push(
        ...scene
          .explanations('order-managed')
          .slice(before)
          .map(([why, numbers]) => [why, numbers]),
      )
    }
    expect(told).toEqual([
      [
        expect.stringMatching(/MNQZ6 \+1 has been 20 ticks in profit, so its stop moves from [\d.]+ to [\d.]+\.$/),
        expect.stringMatching(/, limit auto_breakeven at 20 ticks of profit, 0 ticks beyond the average$/),
      ],
      [
        expect.stringMatching(/MNQZ6 \+1 was worth [\d.]+ at best, so its stop moves from [\d.]+ to [\d.]+\.$/),
        expect.stringMatching(/, limit trailing_stop 10 ticks behind the best price, from 60 ticks of profit$/),
      ],
    ])
  })

  test('each other size, and each removal when the position is gone', async () => {
    using scene = await holding(3)
    const whys = (): readonly (string | undefined)[] => scene.explanations('order-managed').map(([why]) => why)
    scene.trade('sell', 1)
    await scene.run(1_000)
    expect(whys().slice(2)).toEqual([
      expect.stringMatching(/MNQZ6 \+2 needs 2 contracts in its stop at [\d.]+, not 3\.$/),
      expect.stringMatching(/MNQZ6 \+2 needs 2 contracts in its target at [\d.]+, not 3\.$/),
    ])
    scene.trade('sell', 2)
    await scene.run(1_000)
    expect(whys().slice(4)).toEqual([
      expect.stringMatching(/MNQZ6 is flat, so the stop of ours at [\d.]+ goes before it is hit\.$/),
      expect.stringMatching(/MNQZ6 is flat, so the target of ours at [\d.]+ goes before it is hit\.$/),
    ])
  })

  test('that ours goes where the trader has placed his own', async () => {
    using scene = await holding(1)
    const before = scene.explanations('order-managed').length
    scene.trade('sell', 1, { type: 1, limitPrice: scene.price() + 200 })
    await scene.run(1_000)
    expect(
      scene
        .explanations('order-managed')
        .slice(before)
        .map(([why]) => why),
    ).toEqual([expect.stringMatching(/MNQZ6 \+1 has a target of the trader, so ours at [\d.]+ goes\.$/)])
  })

  test('what the gateway refused', async () => {
    using scene = await Scene.open({ rules: MANAGED })
    await scene.connect()
    const outcome = { kind: 'refused', refusal: 'other', code: 2, message: 'Invalid stop price.' } as const
    scene.gateway.commandFate = (_, nth) => (nth === 1 ? { kind: 'refused', outcome } : { kind: 'served' })
    scene.trade('buy', 1)
    await scene.run(500)
    const refused = scene.explanations('order-managed').find((lines) => lines.at(-1)?.startsWith('not done'))
    expect(refused?.[3]).toMatch(/the gateway answered refused \(Invalid stop price\.\)/)
  })

  test('an order of an earlier run, as it was decided then', async () => {
    using scene = await Scene.open({ rules: MANAGED })
    await scene.connect()
    const note = scene.journal.afterCommit
    scene.journal.afterCommit = (nth, record) => {
      note(nth, record)
      if (record.commands.length > 0) scene.time.whenIdle(() => scene.kill())
    }
    scene.trade('buy', 1)
    await scene.run(500)
    await scene.restart()
    await scene.connect()
    await scene.run(2_000)
    const [stop] = scene.explanations('order-managed')
    expect(stop?.[0]).toMatch(/MNQZ6 \+1 is not covered by a stop, so a stop is placed at/)
    expect(stop?.at(-1)).toMatch(/^done after \d+ ms, proved by the reading, which shows an order with our tag$/)
  })
})

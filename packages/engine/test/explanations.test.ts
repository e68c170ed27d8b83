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

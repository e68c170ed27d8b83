import { describe, expect, test } from 'vitest'
import { daemonEntries, Scene, settingsOf } from './scene.ts'

/** The exchange pauses: every order waits so long in its book (reliability E-10). */
const PAUSE_MS = 6_000
const PAUSED = { fillLatencyMs: [PAUSE_MS, PAUSE_MS] as const }
const TO_THE_LIMIT = settingsOf('max_contracts', { limit: 2 })
const TO_NOTHING = settingsOf('max_contracts', { limit: 2, enforcement: 'close_all' })

function fills(scene: Scene): readonly number[] {
  return daemonEntries(scene.exchange).flatMap((entry) => (entry.kind === 'fill' ? [entry.positionAfter] : []))
}

describe('an order of ours that is accepted and does not fill for long', () => {
  test.each([
    ['a reduction', TO_THE_LIMIT, ['reduce 3'], [2]],
    ['a close', TO_NOTHING, ['close'], [0]],
  ])('%s is not sent again while it works', async (_name, rules, sent, positions) => {
    using scene = await Scene.open({ rules, knobs: PAUSED })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(3 * PAUSE_MS + 5_000)
    expect(scene.sent()).toEqual(sent)
    expect(fills(scene)).toEqual(positions)
    expect(scene.state().goals).toEqual([])
  })

  test.each([
    ['a reduction', TO_THE_LIMIT, [2]],
    ['a close', TO_NOTHING, [0]],
  ])('%s is not sent again by the next run', async (_name, rules, positions) => {
    using scene = await Scene.open({ rules, knobs: PAUSED })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(PAUSE_MS + 1_000)
    await scene.restart()
    await scene.connect()
    await scene.run(2 * PAUSE_MS)
    expect(scene.gateway.sent).toHaveLength(1)
    expect(fills(scene)).toEqual(positions)
  })

  test('it is waited for although its answer was lost', async () => {
    using scene = await Scene.open({ rules: TO_NOTHING, knobs: PAUSED })
    scene.gateway.commandFate = () => ({ kind: 'reply-lost' })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(4 * PAUSE_MS)
    expect(scene.sent()).toEqual(['close'])
    expect(fills(scene)).toEqual([0])
  })

  test('a human is called when it takes too long', async () => {
    using scene = await Scene.open({ rules: TO_NOTHING, knobs: { fillLatencyMs: [15_000, 15_000] } })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(28_000)
    expect(scene.alerts()).toEqual(['enforcement-late', 'enforcement-overdue'])
    await scene.run(10_000)
    expect(scene.sent()).toEqual(['close'])
    expect(scene.isFlat()).toBe(true)
  })
})

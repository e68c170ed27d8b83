import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { expectSameTrades } from '../harness/same-trades.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { max_contracts: { enabled: true, limit: 1 } }

describe.concurrent('events of the user hub', () => {
  test.each([
    ['bare', { wrapper: false }],
    ['in a list', { array: true }],
    ['in PascalCase', { pascalCase: true }],
    ['with their nulls', { omitNulls: false }],
    ['with numbers as text', { numbersAsText: true }],
    [
      'bare, in a list, in PascalCase, with numbers as text',
      { wrapper: false, array: true, pascalCase: true, numbersAsText: true },
    ],
  ])('that come %s are the same events (R-21)', async (_, knobs) => {
    await using opened = await Stage.open({ rules: RULES, knobs })
    const { stage, daemon } = opened
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    const last = stage.gateway.exchange.trades(FIRST_ACCOUNT).at(-1)?.id
    await daemon.log.awaitLine('the last trade', (line) => line['about'] === `trade-reported ${last}`)
    expect(daemon.log.find((line) => line['type'] === 'payload-faulted')).toBeUndefined()
    expect((await daemon.stop()).code).toBe(0)

    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expectSameTrades(stored.account(FIRST_ACCOUNT), stage.gateway, FIRST_ACCOUNT)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('that drifted from their schema make the account distrusted until it was read, and are kept for a human (R-20)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    gateway.faults.hub('user', { verb: 'malformed', form: 'entity' })
    const driftedAt = gateway.clock.now()
    await daemon.log.awaitLine('distrust', (line) => line['to'] === 'RECONCILING' && line['from'] === 'ACTIVE')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    measured(task, gateway.clock.now() - driftedAt)
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect((await daemon.stop()).code).toBe(0)

    expect(daemon.log.find((line) => line.event === 'run-summary')?.['setAside']).toMatchObject({ payloadFaults: 1 })
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('whose name nobody knows stand in the log and change nothing (R-19)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    for (let times = 0; times < 50; times += 1)
      stage.gateway.inject('user', 'GatewayUserSurprise', [{ action: 1, data: { id: 1 } }])
    await daemon.log.awaitMessage('gatewayusersurprise')
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    // Sampled: fifty of them are one line.
    expect(daemon.log.messages().filter((message) => message.includes('gatewayusersurprise'))).toHaveLength(1)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})

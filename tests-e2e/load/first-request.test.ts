import { type Scenario, scenarioScript } from '@rm/gateway-sim'
import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { closeLatency } from '../test/harness/close-latency.ts'
import { breachOf, enforcementOf, wordOf } from '../test/harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../test/harness/ledger-checks.ts'
import { busiestWindow } from '../test/harness/request-window.ts'
import { FIRST_ACCOUNT, Stage } from '../test/harness/stage.ts'
import { closesOf, lastFillOf, slowestUndoing } from '../test/harness/venue-times.ts'

/** From an event to the first request on the wire (reliability B-2). */
const FIRST_REQUEST_MS = 500
const WINDOW_MS = 60_000
const BUDGET = 200
const ONE_CONTRACT = { max_contracts: { enabled: true, limit: 1 } }

/** A trader who has lost 600 dollars and enters again four times a second, whatever happens. */
function frantic(entries: number): Scenario {
  return {
    name: 'frantic',
    title: 'A locked trader who keeps re-entering',
    startsAt: '2026-11-18T09:45:00-06:00',
    regimes: ['still'],
    accounts: [{ id: FIRST_ACCOUNT, name: 'PRAC-1', balance: 50_000 }],
    traders: [
      {
        account: FIRST_ACCOUNT,
        story: 'loses 600 dollars and re-enters without a pause',
        steps: [
          { do: 'market', contract: 'ES', side: 'buy', size: 1 },
          { do: 'move', after: '300ms', contract: 'ES', ticks: -48 },
          { do: 'close', contract: 'ES' },
          {
            do: 'repeat',
            times: entries,
            steps: [{ do: 'market', after: '250ms', contract: 'MES', side: 'buy', size: 1 }],
          },
        ],
      },
    ],
  }
}

test('two rules that one event breaks are one close, within the bound, and both are told (E-14)', async ({ task }) => {
  await using opened = await Stage.open({
    rules: {
      max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' },
      max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 2 } },
    },
  })
  const { stage, daemon } = opened
  const { gateway } = stage
  await stage.trader().enters('MNQ', OrderSide.buy, 4)
  const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
  await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-002')
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

  const closes = closesOf(gateway, FIRST_ACCOUNT)
  measured(task, (closes[0]?.at ?? Number.NaN) - breachAt)
  expect(closes.map(({ route }) => route)).toEqual(['closeContract'])
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})

test('a re-entry loop on one account does not delay the flatten of another, and the budget of the gateway is kept (M-02)', async ({
  task,
}) => {
  await using opened = await Stage.open({
    accounts: 3,
    rules: ONE_CONTRACT,
    rulesOf: { 1: { daily_realized_loss: { enabled: true, limit: -500 } } },
    script: scenarioScript(frantic(100)),
  })
  const { stage, daemon } = opened
  const { gateway } = stage
  gateway.beginScript()
  await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
  await stage.awaitVenue(
    'the loop is under way',
    () => fillsOf(gateway.exchange.ledger(), 'trader', FIRST_ACCOUNT).length > 10,
  )
  const latencies: number[] = []
  while (gateway.scriptState()?.state !== 'over') {
    for (const number of [2, 3]) latencies.push(await closeLatency(stage, number))
    const pausedAt = gateway.clock.now()
    await stage.awaitVenue('a pause', () => gateway.clock.now() > pausedAt + 2_000)
  }
  await stage.awaitVenue('flat', () => stage.trader(1).isFlat)

  measured(task, Math.max(...latencies))
  expect(latencies.length).toBeGreaterThan(10)
  expect(Math.max(...latencies)).toBeLessThan(FIRST_REQUEST_MS)
  expect(slowestUndoing(gateway.exchange.ledger(), FIRST_ACCOUNT, 'MES')).toBeLessThan(5_000)
  const requests = gateway.requests.after(0)
  expect(requests.filter(({ status }) => status === 429)).toEqual([])
  expect(busiestWindow(requests, WINDOW_MS)).toBeLessThanOrEqual(BUDGET)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})

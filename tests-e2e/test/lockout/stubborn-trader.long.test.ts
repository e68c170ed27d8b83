import { type Scenario, scenarioScript } from '@rm/gateway-sim'
import { measured } from '@rm/package-config/measured'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { enforcementOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { busiestWindow } from '../harness/request-window.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { slowestUndoing } from '../harness/venue-times.ts'

const WINDOW_MS = 60_000
/** What the gateway allows in a minute (gateway contract 2.1). */
const BUDGET = 200
/** A position opened while locked is verified flat within this time (reliability B-3). */
const UNDONE_WITHIN_MS = 5_000

/** A trader who has lost 600 dollars and enters again at a steady pace, whatever happens. */
function stubborn(pause: string, times: number): Scenario {
  return {
    name: 'stubborn',
    title: 'A locked trader who keeps re-entering',
    startsAt: '2026-11-18T09:45:00-06:00',
    regimes: ['still'],
    accounts: [{ id: FIRST_ACCOUNT, name: 'PRAC-1', balance: 50_000 }],
    traders: [
      {
        account: FIRST_ACCOUNT,
        story: 'loses 600 dollars and re-enters',
        steps: [
          { do: 'market', contract: 'ES', side: 'buy', size: 1 },
          { do: 'move', after: '300ms', contract: 'ES', ticks: -48 },
          { do: 'close', contract: 'ES' },
          { do: 'wait', until: { flat: 'everything' }, atMost: '5s' },
          { do: 'wait', after: '1s', until: { flat: 'everything' }, atMost: '5s' },
          { do: 'repeat', times, steps: [{ do: 'market', after: pause, contract: 'MES', side: 'buy', size: 1 }] },
        ],
      },
    ],
  }
}

describe.concurrent('a locked trader who keeps re-entering', () => {
  test.for([
    ['1s', 40],
    ['500ms', 130],
  ] as const)(
    'every %s is closed each time, within the rate budget (E-13)',
    { timeout: 150_000 },
    async ([pause, times], { task }) => {
      await using opened = await Stage.open({
        rules: { daily_realized_loss: { enabled: true, limit: -500 } },
        script: scenarioScript(stubborn(pause, times)),
      })
      const { stage, daemon } = opened
      const { gateway } = stage
      gateway.beginScript()
      await awaitCondition('the trader gives up', () => gateway.scriptState()?.state === 'over', { withinMs: 100_000 })
      await stage.awaitVenue('flat', () => stage.trader().isFlat)
      await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')

      const ledger = gateway.exchange.ledger()
      const entries = fillsOf(ledger, 'trader').filter(({ positionAfter }) => positionAfter > 0)
      expect(entries.length).toBe(times + 1)
      const slowestMs = slowestUndoing(ledger, FIRST_ACCOUNT, 'MES')
      measured(task, slowestMs)
      expect(slowestMs).toBeLessThan(UNDONE_WITHIN_MS)
      expect(wrongWayFills(ledger)).toEqual([])
      const requests = gateway.requests.after(0)
      expect(requests.filter(({ status }) => status === 429)).toEqual([])
      expect(busiestWindow(requests, WINDOW_MS)).toBeLessThanOrEqual(BUDGET)
      expect((await daemon.stop()).code).toBe(0)
      const alerts = daemon.log.lines().filter((line) => line['alert'] === 'repeated-reentry')
      expect(alerts, 'a human is told once').toHaveLength(1)
    },
  )
})

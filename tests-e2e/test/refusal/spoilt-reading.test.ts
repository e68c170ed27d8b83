import type { RestFaultInput } from '@rm/gateway-sim'
import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { currentWord, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { fullReadingAfter } from '../harness/venue-times.ts'

describe.concurrent('the readings after a gap that are', () => {
  const cases: Readonly<Record<string, RestFaultInput>> = {
    'refused with a page of HTML (G-05)': { verb: 'status', status: 503, html: true },
    'truncated (G-12)': { verb: 'garbage', form: 'truncated' },
    'empty (G-12)': { verb: 'garbage', form: 'empty' },
    'without their lists (G-15)': { verb: 'nolist' },
  }
  test.for(Object.entries(cases))(
    '%s prove nothing, and the account is trusted soon after a good one',
    async ([, fault], { task }) => {
      await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 2 } } })
      const { stage, daemon } = opened
      const { gateway } = stage
      await stage.trader().enters('MNQ', OrderSide.buy, 2)
      await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
      gateway.faults.rest('reads', fault, { times: null })
      gateway.faults.hub('user', { verb: 'rst' })
      // Enough of them to make reads pause.
      await stage.awaitVenue(
        'eight spoilt reads',
        () => gateway.requests.after(0).filter(({ faults }) => faults.length > 0).length >= 8,
      )
      expect(currentWord(daemon.log, FIRST_ACCOUNT)).toBe('RECONCILING')
      gateway.faults.clear()
      const healedAt = gateway.clock.now()
      await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE', 60_000)

      measured(task, (fullReadingAfter(gateway, FIRST_ACCOUNT, healedAt) ?? Number.NaN) - healedAt)
      expect(stage.trader().position('MNQ')).toBe(2)
      expect(fillsOf(gateway.exchange.ledger(), 'daemon')).toEqual([])
      expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    },
  )
})

import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { closesOf, fullReadingAfter, lastLookAt, requestsOf } from '../harness/venue-times.ts'

const HOUR_MS = 3_600_000
const RULES = { max_contracts: { enabled: true, limit: 1 } }

describe.concurrent('the token of the gateway', () => {
  test('is revoked: one login for all who need it, and the breach is undone (A-02)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES, accounts: 3 })
    const { stage } = opened
    stage.gateway.revokeTokens()
    const traders = [1, 2, 3].map((number) => stage.trader(number))
    await Promise.all(traders.map((trader) => trader.enters('MNQ', OrderSide.buy, 3)))
    await stage.awaitVenue('all reduced', () => traders.every((trader) => trader.position('MNQ') === 1))

    const { gateway } = stage
    const [, second, ...more] = requestsOf(gateway, 'loginKey')
    expect(more).toEqual([])
    // What was answered with 401 is repeated with the new token.
    const refused = gateway.requests.after(0).filter(({ status }) => status === 401)
    const repeated = refused.map(({ route, accountId, sequence }) =>
      gateway.requests
        .after(sequence)
        .find((one) => one.route === route && one.accountId === accountId && one.status === 200),
    )
    const repeatedAt = Math.max(...repeated.map((one) => one?.at ?? Number.NaN))
    measured(task, repeatedAt - Math.min(...refused.map(({ at }) => at)))
    expect(second?.status).toBe(200)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('is renewed before it expires, and the next connection takes the new one (A-04)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage } = opened
    // Of the 24 hours less than a quarter is left.
    stage.gateway.clock.set(stage.gateway.clock.now() + 20 * 3_600_000)
    const old = sessionOf(stage)
    await stage.awaitVenue('a renewal', () => routes(stage).includes('validate'))
    expect(sessionOf(stage)).toBe(old)
    stage.gateway.faults.hub('user', { verb: 'rst' })
    await stage.awaitVenue('a connection with the new token', () => {
      const session = sessionOf(stage)
      return session !== undefined && session !== old
    })

    expect(routes(stage).filter((route) => route === 'loginKey')).toHaveLength(1)
    expect(stage.gateway.requests.after(0).filter(({ status }) => status === 401)).toEqual([])
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('expires and takes the sockets with it: connected anew with a fresh one (A-05)', async ({ task }) => {
    await using opened = await Stage.open({
      rules: RULES,
      knobs: { tokenLifetimeMs: HOUR_MS, cutSocketsAtExpiry: true },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    const old = sessionOf(stage)
    gateway.clock.set(gateway.clock.now() + HOUR_MS)
    const cutAt = gateway.clock.now()
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    const readAt = await stage.awaitVenue('a reading after a connection with a fresh token', () => {
      const next = gateway.connections().findLast(({ hub, isOpen }) => hub === 'user' && isOpen)
      const isFresh = next !== undefined && next.sessionId !== old && next.subscriptions.length >= 4
      return isFresh && fullReadingAfter(gateway, FIRST_ACCOUNT, next.connectedAt)
    })
    measured(task, readAt - cutAt)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test.for(['true', 'missing', 'absurd'] as const)(
    'ends in the middle of a breach, and what it says of its end is %s: the breach is undone (A-06)',
    async (tokenExpiry, { task }) => {
      await using opened = await Stage.open({
        rules: { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } },
        knobs: { tokenLifetimeMs: HOUR_MS, tokenExpiry },
      })
      const { stage, daemon } = opened
      const { gateway } = stage
      gateway.faults.rest('closeContract', { verb: 'ack-noop' })
      await stage.trader().enters('MNQ', OrderSide.buy, 3)
      await stage.awaitVenue('a first close', () => closesOf(gateway, FIRST_ACCOUNT).length > 0)
      gateway.clock.set(gateway.clock.now() + HOUR_MS)
      const endedAt = gateway.clock.now()
      await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

      measured(task, lastLookAt(gateway, FIRST_ACCOUNT) - endedAt)
      expect(gateway.requests.after(0).some(({ status }) => status === 401)).toBe(true)
      expect(stage.trader().isFlat).toBe(true)
      expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    },
  )

  test('is renewed, and the answer is lost: a new login settles which one lives (A-07)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES, knobs: { oldTokenSurvivesValidate: false } })
    const { stage } = opened
    const { gateway } = stage
    gateway.faults.rest('validate', { verb: 'hang', executed: 'act' })
    gateway.clock.set(gateway.clock.now() + 20 * HOUR_MS)
    const renewal = await stage.awaitVenue('a renewal', () => requestsOf(gateway, 'validate')[0])
    const login = await stage.awaitVenue('a new login', () => requestsOf(gateway, 'loginKey')[1])
    measured(task, login.at - renewal.at)
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('can no longer be had: locks stay, the login is tried on, and all is well when it works again (A-08)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    await stage.trader().loseOnEs(48)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    stage.gateway.faults.rest('loginKey', { verb: 'code', code: 3 }, { times: null })
    stage.gateway.revokeTokens()
    await stage.trader().enters('MES', OrderSide.buy, 1)
    const revokedAt = stage.gateway.clock.now()
    await daemon.log.awaitMessage('auth_lost')
    measured(task, stage.gateway.clock.now() - revokedAt)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'HALTED')
    await stage.awaitVenue('a refused login', () => routes(stage).filter((route) => route === 'loginKey').length >= 2)
    stage.gateway.faults.clear()
    await stage.awaitVenue('flat', () => stage.trader().isFlat, 60_000)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    expect(daemon.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})

function routes({ gateway }: Stage): readonly string[] {
  return gateway.requests.after(0).map(({ route }) => route)
}

/** Of the open connection to the user hub. */
function sessionOf({ gateway }: Stage): string | undefined {
  return gateway.connections().findLast(({ hub, isOpen }) => hub === 'user' && isOpen)?.sessionId
}

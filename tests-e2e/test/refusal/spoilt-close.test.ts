import type { RestFaultInput } from '@rm/gateway-sim'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { enforcementOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

/** Two contracts are one too many, and then everything has to go: one close, with nothing else under way. */
const RULES = { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } }
/** Enforcement that meets no lasting refusal is over by then: a deadline of 3 s, a look, another attempt, two clean readings. */
const SOON_MS = 20_000

interface Spoilt {
  readonly fault: RestFaultInput
  /** How many closes meet it. */
  readonly times?: number
  /** How many closes the venue receives at least, spoilt ones included. */
  readonly closes: number
}

/**
 * A breach has to close two contracts, and the gateway spoils its answers. Whatever the answer was: the account ends flat, is closed
 * exactly once, is never turned over, and the goal ends only when flat was verified.
 */
async function check({ fault, times = 1, closes }: Spoilt): Promise<void> {
  await using opened = await Stage.open({ rules: RULES })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  gateway.faults.rest('closeContract', fault, { times })
  trader.sell('MNQ', 2)
  await stage.awaitVenue('flat', () => trader.isFlat, SOON_MS)
  const flatAt = gateway.clock.now()
  const ends = await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
  expect((await daemon.stop()).code).toBe(0)

  expect(trader.isFlat).toBe(true)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  // One fill that closed: no second close took effect.
  const fills = fillsOf(gateway.exchange.ledger(), 'daemon').filter(({ contractId }) => contractId.includes('MNQ'))
  expect(fills.map(({ positionBefore, positionAfter }) => [positionBefore, positionAfter])).toEqual([[-2, 0]])
  const sent = gateway.requests.after(0).filter(({ route, body }) => isCloseOf(route, body, 'MNQ'))
  expect(sent.length).toBe(closes)
  expect(ends.every((line) => Date.parse(String(line['at'])) >= flatAt - 1_000)).toBe(true)
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  expect(stored.verdict).toMatchObject({ ok: true })
  expect(stored.account(FIRST_ACCOUNT).goals).toEqual([])
  expect(stored.account(FIRST_ACCOUNT).commands).toEqual([])
}

describe.concurrent('a close whose answer is', () => {
  const cases: Readonly<Record<string, Spoilt>> = {
    'a 502, not executed': { fault: { verb: 'status', status: 502, html: true }, closes: 2 },
    'a 502, executed': { fault: { verb: 'status', status: 502, html: true, executed: 'act' }, closes: 1 },
    'missing, not executed': { fault: { verb: 'hang', executed: 'drop' }, closes: 2 },
    'missing, executed': { fault: { verb: 'hang', executed: 'act' }, closes: 1 },
    'a 429, twice': { fault: { verb: 'status', status: 429 }, times: 2, closes: 3 },
    'a 401': { fault: { verb: 'revoke' }, closes: 2 },
    'success without effect': { fault: { verb: 'ack-noop' }, closes: 2 },
    'cut off, not executed': { fault: { verb: 'rst', at: 'body', executed: 'drop' }, closes: 2 },
    'cut off, executed': { fault: { verb: 'rst', at: 'body', executed: 'act' }, closes: 1 },
    'a reset before its first byte, executed': { fault: { verb: 'rst', at: 'start', executed: 'act' }, closes: 1 },
    'truncated, executed': { fault: { verb: 'garbage', form: 'truncated', executed: 'act' }, closes: 1 },
    'empty, not executed': { fault: { verb: 'garbage', form: 'empty', executed: 'drop' }, closes: 2 },
    'a page of HTML, not executed': { fault: { verb: 'garbage', form: 'html', executed: 'drop' }, closes: 2 },
    'five seconds late': { fault: { verb: 'delay', ms: 5_000 }, closes: 1 },
    'code 2, position not found': { fault: { verb: 'code', code: 2 }, closes: 2 },
    'code 3, contract not found': { fault: { verb: 'code', code: 3 }, closes: 2 },
    'code 5, order rejected': { fault: { verb: 'code', code: 5 }, closes: 2 },
    'code 6, order pending, executed': { fault: { verb: 'code', code: 6, executed: 'act' }, closes: 1 },
    'code 7, unknown error': { fault: { verb: 'code', code: 7 }, closes: 2 },
    'code 99, which nobody knows': { fault: { verb: 'code', code: 99 }, closes: 2 },
  }
  test.each(Object.entries(cases))('%s', (_, spoilt) => check(spoilt))
})

describe.concurrent('a reading after the close that', () => {
  const cases: Readonly<Record<string, { fault: RestFaultInput; times: number }>> = {
    'lacks its list': { fault: { verb: 'nolist', as: 'absent' }, times: 4 },
    'has null for its list': { fault: { verb: 'nolist', as: 'null' }, times: 4 },
    'lags two seconds behind': { fault: { verb: 'lag', ms: 2_000 }, times: 4 },
    'is refused with a page of HTML': { fault: { verb: 'status', status: 503, html: true }, times: 4 },
    'is cut off': { fault: { verb: 'rst', at: 'body' }, times: 4 },
  }
  test.each(Object.entries(cases))('%s never ends the pursuit by itself', async (_, { fault, times }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    const routes = ['searchOpenPositions', 'queryOrders'] as const
    // The close does nothing, so the position still stands while the readings are spoilt.
    gateway.faults.rest('closeContract', { verb: 'ack-noop' })
    for (const route of routes) gateway.faults.rest(route, fault, { times })
    trader.buy('MNQ', 2)
    await stage.awaitVenue('flat', () => trader.isFlat, 40_000)
    const flatAt = gateway.clock.now()
    const ends = await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

    expect(ends.every((line) => Date.parse(String(line['at'])) >= flatAt)).toBe(true)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    const closed = fillsOf(gateway.exchange.ledger(), 'daemon').filter(({ contractId }) => contractId.includes('MNQ'))
    expect(closed).toHaveLength(1)
  })
})

test('a close that is refused for good is repeated slowly, told to a human, and ends flat when the venue heals', async () => {
  await using opened = await Stage.open({ rules: RULES, general: { enforcement_deadline_seconds: 4 } })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  for (const route of ['closeContract', 'partialCloseContract'] as const)
    gateway.faults.rest(
      route,
      { verb: 'code', code: route === 'closeContract' ? 5 : 6, message: 'Rejected.' },
      { times: null },
    )
  trader.buy('MNQ', 2)
  await daemon.log.awaitLine('escalation', (line) => line['alert'] === 'enforcement-overdue')
  await daemon.log.awaitLine('refusal', (line) => line['alert'] === 'enforcement-refused')
  const attempts = gateway.requests.after(0).filter(({ route, body }) => isCloseOf(route, body, 'MNQ')).length
  expect(attempts).toBeLessThanOrEqual(5)
  gateway.faults.clear()
  await stage.awaitVenue('flat', () => trader.isFlat, 15_000)
  await awaitCondition('verified', () => daemon.log.find((line) => line.event === 'goal-ended'), {
    explain: () => daemon.log.tail(),
  })
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})

function isCloseOf(route: string, body: unknown, root: string): boolean {
  const isClose = route === 'closeContract' || route === 'partialCloseContract'
  return isClose && JSON.stringify(body).includes(`.${root}.`)
}

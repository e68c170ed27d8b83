import { type Instant, instantOf, later, type Trade, TradeId, type TradeOrigin } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { OrderId } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { cooldownAfterLoss } from '../src/cooldown-after-loss.ts'
import { aContext, aView, type ContextInputs, held, money, NOW } from './account-views.ts'
import { problemOf } from './problem-of.ts'

const { MNQ } = contracts
const MINUTE = 60_000

interface Fill {
  /** Closing P&L; absent for one that opens. */
  readonly pnl?: string
  readonly size?: number
  /** The order, the fill's own number unless said. */
  readonly order?: number
  readonly costs?: string
  readonly at?: Instant
  readonly origin?: TradeOrigin
  readonly isOld?: boolean
}

function trades(fills: readonly Fill[]): readonly (Trade & { readonly origin: TradeOrigin })[] {
  return fills.map((fill, index) => ({
    ...aTrade(index + 1, MNQ, {
      orderId: OrderId.parse(fill.order ?? index + 1),
      size: fill.size ?? 1,
      realizedPnl: fill.pnl === undefined ? null : money(fill.pnl),
      fees: money(fill.costs ?? '0'),
      at: fill.at ?? later(NOW, index * 1_000),
    }),
    origin: fill.origin ?? 'trader',
  }))
}

function verdictOf(fills: readonly Fill[], settings: object = {}, context: ContextInputs = {}) {
  const newTrades = new Set(fills.flatMap(({ isOld }, index) => (isOld === true ? [] : [TradeId.parse(index + 1)])))
  const view = aView({ trades: trades(fills), newTrades, positions: [held(MNQ, 2)] })
  return cooldownAfterLoss.evaluate(cooldownAfterLoss.settings.parse(settings), view, aContext(context))
}

/** Measured loss and minutes of the lockout of each finding. */
function check(fills: readonly Fill[], expected: readonly (readonly [string, number])[], settings: object = {}): void {
  const found = verdictOf(fills, settings).findings.map(({ measured, lockout }) => [
    measured,
    lockout?.until.kind === 'for' ? lockout.until.ms / MINUTE : Number.NaN,
  ])
  expect(found).toEqual(expected)
}

const stop = (pnl: string, isOld: boolean): Fill => ({ pnl, order: 9, isOld })

describe('cooldown after loss', () => {
  test.each<[string, readonly Fill[], readonly (readonly [string, number])[]]>([
    ['1: a smaller loss', [{ pnl: '-75' }], []],
    ['2: the first threshold exactly', [{ pnl: '-100.00' }], [['-$100.00', 5]]],
    ['2: a ten-thousandth less', [{ pnl: '-99.9999' }], []],
    ['3: the second threshold', [{ pnl: '-250' }], [['-$250.00', 15]]],
    ['the third', [{ pnl: '-300' }], [['-$300.00', 30]]],
    ['6: an execution without P&L', [{}], []],
    ['costs of the close', [{ pnl: '-99.50', costs: '0.50' }], [['-$100.00', 5]]],
    ['a profit', [{ pnl: '500' }], []],
    ['two exits, each by itself', [{ pnl: '-60' }, { pnl: '-60' }], []],
  ])('%s', (_name, fills, expected) => check(fills, expected))

  test('4: fills of one stop order add up, and each deeper tier extends', () => {
    check([stop('-60', false)], [])
    check([stop('-60', true), stop('-60', false)], [['-$120.00', 5]])
    check([stop('-60', true), stop('-60', true), stop('-90', false)], [['-$210.00', 15]])
    expect(verdictOf([stop('-60', true), stop('-60', false)]).findings[0]?.scope).toBe('order:9')
  })

  test('a further fill that reaches no deeper tier is no new breach', () =>
    check(
      [
        { pnl: '-120', order: 9, isOld: true },
        { pnl: '-10', order: 9 },
      ],
      [],
    ))

  test('5: what the flatten of a lockout loses counts, whoever closed it', () =>
    check(
      [
        { pnl: '-120', isOld: true },
        { pnl: '-350', origin: 'enforcer' },
      ],
      [['-$350.00', 30]],
    ))

  test('after a restart or a cooldown nothing old locks again', () =>
    check([{ pnl: '-300', isOld: true }, { pnl: '-10' }], []))

  test('the opening half of an order that turns a position over is no loss of its', () =>
    check(
      [
        { pnl: '-100', order: 9 },
        { order: 9, costs: '50' },
      ],
      [['-$100.00', 5]],
    ))

  test('flattens the account and locks it', () => {
    const [finding] = verdictOf([{ pnl: '-250' }]).findings
    expect(finding).toMatchObject({
      scope: 'order:1',
      limit: '-$200.00',
      tier: 2,
      message: 'An exit lost -$250.00 (threshold -$200.00); flat for 15 min.',
      goals: [{ kind: 'flat-account' }],
      lockout: { scope: 'account', effect: 'flat', until: { kind: 'for', ms: 15 * MINUTE } },
    })
  })

  test('keeps positions when told so', () => {
    const [finding] = verdictOf([{ pnl: '-100' }], { existing_positions: 'keep' }).findings
    expect(finding).toMatchObject({
      goals: [{ kind: 'reduce-only', baseline: new Map([[MNQ.id, 2]]) }],
      lockout: { effect: 'reduce-only' },
    })
  })

  test('takes the cooldown of the timers for a single threshold', () => {
    const timers = { cooldownAfterLoss: { kind: 'for', ms: 7 * MINUTE } } as const
    const [finding] = verdictOf([{ pnl: '-50' }], { loss_threshold: -50 }, { timers }).findings
    expect(finding?.lockout?.until).toEqual({ kind: 'for', ms: 7 * MINUTE })
    const untilReset = { cooldownAfterLoss: { kind: 'until-reset' } } as const
    const [long] = verdictOf([{ pnl: '-50' }], { loss_threshold: -50 }, { timers: untilReset }).findings
    expect(long?.lockout?.until).toEqual({ kind: 'next-reset' })
    expect(long?.message).toContain('until the next reset')
  })

  test('reports the share of the first threshold', () => {
    expect(verdictOf([{ pnl: '-80' }]).use).toBeCloseTo(0.8)
    expect(verdictOf([{ pnl: '-80', isOld: true }]).use).toBeNull()
  })
})

describe('other units of loss', () => {
  test('executions count one by one', () =>
    check(
      [
        { pnl: '-60', order: 9 },
        { pnl: '-110', order: 9 },
      ],
      [['-$110.00', 5]],
      { loss_unit: 'execution' },
    ))

  const roundTrip = { loss_unit: 'round_trip' }

  test('a round trip counts from flat to flat, entries and their costs included', () => {
    check([{ size: 2, costs: '1' }, { pnl: '-60' }], [], roundTrip)
    check(
      [{ size: 2, costs: '1', isOld: true }, { pnl: '-60', isOld: true }, { pnl: '-39' }],
      [['-$100.00', 5]],
      roundTrip,
    )
  })

  test('the profit of one leg makes up for the loss of another in the same round trip', () =>
    check([{ size: 2 }, { pnl: '-250' }, { pnl: '200' }], [], roundTrip))

  test('a flip ends a round trip and begins the next', () => {
    const at = instantOf('2026-03-09T14:31:00Z')
    const flip: readonly Fill[] = [{}, { order: 9, at }, { pnl: '-150', order: 9, at }]
    check(flip, [['-$150.00', 5]], roundTrip)
  })

  test('a position that was carried into the day ends with what closes it', () =>
    check([{ pnl: '-110' }], [['-$110.00', 5]], roundTrip))
})

const tier = (loss_amount: number, cooldown: string) => ({ loss_amount, cooldown })

const issueOf = (settings: object) => cooldownAfterLoss.settings.safeParse(settings).error?.issues[0]

describe('its settings', () => {
  test('refuse a deeper loss that locks for less', () => {
    const issue = issueOf({ loss_thresholds: [tier(-200, '5m'), tier(-100, '10m')] })
    expect(issue?.path).toEqual(['loss_thresholds', 0, 'cooldown'])
    expect(problemOf(issue)?.why).toBe('the smaller loss of -$100.00 locks longer')
  })

  test('refuse one amount twice', () =>
    expect(issueOf({ loss_thresholds: [tier(-100, '5m'), tier(-100, '10m')] })?.path).toEqual([
      'loss_thresholds',
      1,
      'loss_amount',
    ]))

  test('refuse tiers beside a single threshold', () =>
    expect(issueOf({ loss_thresholds: [tier(-100, '5m')], loss_threshold: -50 })?.path).toEqual(['loss_threshold']))

  test('refuse an empty list and a positive amount', () => {
    expect(issueOf({ loss_thresholds: [] })?.path).toEqual(['loss_thresholds'])
    expect(issueOf({ loss_threshold: 100 })?.path).toEqual(['loss_threshold'])
  })

  test('take tiers in any order, equal cooldowns and one until the reset', () => {
    const parsed = cooldownAfterLoss.settings.parse({
      loss_thresholds: [tier(-300, 'until_reset'), tier(-100, '5m'), tier(-200, '5m')],
    })
    const view = aView({ trades: trades([{ pnl: '-250' }]) })
    expect(cooldownAfterLoss.evaluate(parsed, view, aContext()).findings[0]).toMatchObject({
      tier: 2,
      limit: '-$200.00',
    })
    expect(cooldownAfterLoss.nextCheck(parsed, view, aContext())).toBeNull()
  })
})

import { SeededDice } from '@rm/gateway-sim/virtual'
import * as fc from 'fast-check'
import { type FaultKind, faultKinds } from './fault-kinds.ts'
import type { AccountPlan, Act, Fault, Plan, Step } from './plan.ts'

/**
 * What the days of a seed are made of. Each seed plays a random part of the faults at random rates, some none at all: where everything
 * goes wrong all the time, what needs calm between two faults never happens.
 */
interface Swarm {
  readonly seed: number
  readonly kinds: readonly [FaultKind, ...FaultKind[]]
  readonly faultsMax: number
  readonly accountsMax: number
  readonly stepsMax: number
  /** Weight of the trader's entries among what happens. */
  readonly entries: number
  readonly reloads: number
  readonly frame: Omit<Plan, 'seed' | 'faults' | 'steps' | 'coda' | 'accounts' | 'leap'>
}

/** The days of a seed; fast-check draws one of them and makes a failing one smaller: fewer faults, fewer steps, shorter waits, fewer accounts. */
export function planOfSeed(seed: number): fc.Arbitrary<Plan> {
  const swarm = swarmOf(seed)
  const { stepsMax, accountsMax, faultsMax, frame } = swarm
  return fc
    .tuple(
      fc.array(faultOf(swarm), { maxLength: faultsMax, size: 'max' }),
      fc.array(stepOf(swarm), { maxLength: stepsMax, size: 'max' }),
      fc.array(account, { minLength: 1, maxLength: accountsMax, size: 'max' }),
      leapOf(swarm),
      fc.array(stepOf({ ...swarm, reloads: 0 }), { maxLength: CODA_STEPS_MAX, size: 'max' }),
    )
    .map(([faults, steps, accounts, leap, coda]) => ({ seed, faults, steps, coda, accounts, leap, ...frame }))
}

const CODA_STEPS_MAX = 30

const STARTS = [
  '2026-11-18T15:30:00Z', // a Wednesday morning in Chicago
  '2026-11-13T15:00:00Z', // a Friday: the next reset is on Sunday
  '2026-11-16T23:05:00Z', // just after a reset
  '2026-11-19T21:58:30Z', // just before the daily halt
  '2026-10-30T14:00:00Z', // the Friday before the clocks go back
  '2027-03-12T15:00:00Z', // the Friday before they go forward
] as const

function swarmOf(seed: number): Swarm {
  const dice = new SeededDice(seed, 'swarm')
  const isQuiet = dice.chance(0.12)
  const share = 0.08 + 0.4 * dice.fraction()
  const chosen = faultKinds.filter(() => dice.chance(share))
  const [first = 'reply-lost', ...rest] = dice.shuffled(chosen)
  const latency = dice.pick([
    [0, 0],
    [0, 10],
    [5, 60],
    [50, 400],
  ] as [number, number][] as [[number, number], ...[number, number][]])
  return {
    seed,
    kinds: [first, ...rest],
    faultsMax: isQuiet ? 0 : dice.integer(2, 24),
    accountsMax: dice.pick([1, 4, 6, 8, 8]),
    stepsMax: dice.integer(100, 400),
    entries: dice.integer(2, 12),
    reloads: dice.chance(0.3) ? 1 : 0,
    frame: {
      startsAt: dice.pick(STARTS),
      permanent: isQuiet
        ? 'none'
        : dice.pick(['none', 'none', 'none', 'market-hub-down', 'user-hub-down', 'account-poisoned']),
      market: {
        regimes: [...dice.pick([['still'], ['calm'], ['calm', 'trend'], ['calm', 'trend', 'spike']] as Regimes)],
        quotesPerSecond: dice.pick([0.5, 1, 2, 4]),
      },
      exchange: {
        fillLatencyMs: latency,
        largestFill: dice.pick([1, 2, 1_000, 1_000]),
        eventOrder: dice.pick(['recorded', 'shuffled']),
        ocoCancelMs: dice.pick([
          [0, 10],
          [0, 10],
          [200, 3_000],
        ] as [[number, number], ...[number, number][]]),
      },
      delays: {
        requestMs: dice.integer(1, 80),
        replyMs: dice.integer(1, 80),
        streamMs: dice.integer(1, 60),
      },
    },
  }
}

type Regime = Plan['market']['regimes'][number]
type Regimes = [Regime[], ...Regime[][]]

const index = fc.nat({ max: 11 })
const side = fc.constantFrom('buy' as const, 'sell' as const)
const contracts = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.integer({ min: 1, max: 9 }))
const awayTicks = fc.integer({ min: 4, max: 160 })
const which = { who: index, on: index }

function actOf({ entries, reloads }: Swarm): fc.Arbitrary<Act> {
  const kinds: readonly { weight: number; arbitrary: fc.Arbitrary<Act> }[] = [
    { weight: entries, arbitrary: fc.record({ kind: fc.constant('trade' as const), ...which, side, contracts }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), ...which, side, contracts, awayTicks }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), ...which, side, contracts, awayTicks }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('bracket' as const), ...which, side, contracts, awayTicks }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reverse' as const), ...which }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('exit' as const), ...which }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('protect' as const), ...which, awayTicks }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), who: index }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        on: index,
        ticks: fc.integer({ min: -160, max: 160 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('drift' as const),
        on: index,
        ticks: fc.integer({ min: -300, max: 300 }),
        overMs: fc.integer({ min: 500, max: 20_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('can-trade' as const), who: index, isAllowed: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('void' as const), who: index }) },
    {
      weight: reloads,
      arbitrary: fc
        .tuple(index, fc.option(ruleSetting, { nil: null, freq: 4 }), fc.constantFrom(...RULE_KEYS))
        .map(([who, written, dropped]) => ({
          kind: 'reload' as const,
          who,
          rule: written?.[0] ?? dropped,
          written: written?.[1] ?? null,
        })),
    },
  ]
  return fc.oneof(...kinds.filter(({ weight }) => weight > 0))
}

function stepOf(swarm: Swarm): fc.Arbitrary<Step> {
  const thenMs = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 0, 7, 25, 45, 120) },
    { weight: 4, arbitrary: fc.nat({ max: 3_000 }) },
    { weight: 1, arbitrary: fc.nat({ max: 25_000 }) },
  )
  return fc.record({ act: actOf(swarm), thenMs })
}

function faultOf({ kinds, stepsMax }: Swarm): fc.Arbitrary<Fault> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    beforeStep: fc.nat({ max: stepsMax }),
    forMs: fc.oneof(fc.integer({ min: 50, max: 5_000 }), fc.integer({ min: 5_000, max: 120_000 })),
    share: fc.constantFrom(0.1, 0.3, 0.6, 1),
    who: fc.option(index, { nil: null, freq: 2 }),
    ms: fc.oneof(fc.integer({ min: 20, max: 20_000 }), fc.integer({ min: -3_600_000, max: 3_600_000 })),
    nth: fc.integer({ min: 1, max: 6 }),
  })
}

function leapOf({ stepsMax }: Swarm): fc.Arbitrary<Plan['leap']> {
  return fc.record({
    beforeStep: fc.integer({ min: Math.floor(stepsMax / 4), max: stepsMax }),
    how: fc.constantFrom('freeze' as const, 'down' as const),
    // Into the last minutes before the halt, before the reset, and behind it.
    fromResetMs: fc.oneof(
      fc.integer({ min: -3_720_000, max: -3_590_000 }),
      fc.integer({ min: -60_000, max: -500 }),
      fc.integer({ min: 0, max: 60_000 }),
    ),
  })
}

const dollars = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most })
const loss = (least: number, most: number): fc.Arbitrary<number> => dollars(least, most).map((amount) => -amount)
const parts = fc.integer({ min: 6, max: 60 })

type Written = Plan['accounts'][number]['rules'][string]
type Setting = readonly [rule: string, written: Written]

function setting(rule: string, written: Written): Setting {
  return [rule, written]
}

/** One rule with settings that a trader of some micros reaches every few minutes. */
const ruleSetting: fc.Arbitrary<Setting> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }).map((limit) => setting('max_contracts', { limit })) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 2, max: 6 })
      .map((limit) => setting('max_contracts', { limit, enforcement: 'close_all', include_working_orders: true })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        MNQ: fc.integer({ min: 0, max: 4 }),
        MES: fc.integer({ min: 1, max: 3 }),
        default_limit: fc.integer({ min: 0, max: 5 }),
      })
      .map(({ default_limit, ...instrument_limits }) =>
        setting('max_contracts_per_instrument', { instrument_limits, default_limit }),
      ),
  },
  { weight: 4, arbitrary: loss(20, 400).map((limit) => setting('daily_realized_loss', { limit })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(loss(20, 200), fc.integer({ min: 60, max: 180 }))
      .map(([limit, seconds]) => setting('daily_realized_loss', { limit, lockout: `${seconds}s` })),
  },
  { weight: 2, arbitrary: loss(15, 200).map((limit) => setting('daily_unrealized_loss', { enabled: true, limit })) },
  {
    weight: 2,
    arbitrary: dollars(20, 300).map((target) => setting('max_unrealized_profit', { enabled: true, target })),
  },
  {
    weight: 2,
    arbitrary: dollars(40, 400).map((target) => setting('daily_realized_profit', { enabled: true, target })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 2, max: 8 }), fc.constantFrom('keep', 'close'))
      .map(([per_minute, existing_positions]) =>
        setting('trade_frequency_limit', {
          enabled: true,
          limits: { per_minute, per_hour: null, per_session: null },
          existing_positions,
        }),
      ),
  },
  {
    weight: 2,
    arbitrary: loss(10, 120).map((loss_threshold) => setting('cooldown_after_loss', { enabled: true, loss_threshold })),
  },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 2, max: 30 })
      .map((grace_period_seconds) => setting('no_stop_loss_grace', { enabled: true, grace_period_seconds })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('15:59', '16:00', '15:00', '09:31')
      .map((end) => setting('session_block_outside', { enabled: true, global_session: { start: '08:30', end } })),
  },
  { weight: 2, arbitrary: fc.constant(setting('auth_loss_guard', { enabled: true })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('MNQ', 'MES', 'NQ')
      .map((root) => setting('symbol_blocks', { enabled: true, blocked_symbols: [root] })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        auto_stop_loss: fc.record({ enabled: fc.boolean(), distance_ticks: parts }),
        auto_take_profit: fc.record({ enabled: fc.boolean(), distance_ticks: parts }),
        auto_breakeven: fc.record({ enabled: fc.boolean(), profit_trigger_ticks: parts }),
        trailing_stop: fc.record({ enabled: fc.boolean(), activation_ticks: parts, trail_distance_ticks: parts }),
      })
      .map((written) => setting('trade_management', { enabled: true, ...written })),
  },
)

const RULE_KEYS = ['max_contracts', 'daily_realized_loss', 'symbol_blocks', 'trade_frequency_limit'] as const

const account: fc.Arbitrary<AccountPlan> = fc
  .tuple(fc.array(ruleSetting, { minLength: 1, maxLength: 6 }), fc.integer({ min: 5_000, max: 90_000 }))
  .map(([settings, cooldownMs]) => ({ rules: Object.fromEntries(settings), cooldownMs }))

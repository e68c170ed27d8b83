import { instantOf } from '@rm/domain'
import { type AccountPolicy, ProofOfLife, type TellStep } from '@rm/engine'
import { EVALUATION_ORDER, type EnabledRules, type RuleId, rules } from '@rm/rules'
import { drillEvents } from '@rm/sdk-bridge'
import { describe, expect, test } from 'vitest'
import { Scene, settingsOf } from './scene.ts'

const SESSION = { global_session: { start: '08:30', end: '15:00', timezone: 'America/Chicago' } }

/** The least that each rule has to be told. */
const PLAIN: { readonly [Id in RuleId]: object } = {
  max_contracts: { limit: 5 },
  max_contracts_per_instrument: { instrument_limits: { MNQ: 2, ES: 1 } },
  daily_realized_loss: { limit: -500 },
  daily_unrealized_loss: { limit: -300 },
  max_unrealized_profit: { target: 500 },
  trade_frequency_limit: {},
  cooldown_after_loss: {},
  no_stop_loss_grace: {},
  session_block_outside: SESSION,
  trade_management: { auto_stop_loss: { enabled: true }, auto_take_profit: { enabled: true } },
  auth_loss_guard: {},
  symbol_blocks: { blocked_symbols: ['RTY'] },
  daily_realized_profit: { target: 1_000 },
}

/** Settings under which a rule acts in another way. */
const VARIANTS: readonly (readonly [RuleId, object])[] = [
  ['max_contracts', { limit: 1, weighting: 'mini_equivalent', count_type: 'net' }],
  ['max_contracts', { limit: 1_000, enforcement: 'close_all', include_working_orders: true }],
  ['max_contracts_per_instrument', {}],
  ['max_contracts_per_instrument', { default_limit: 3 }],
  ['max_contracts_per_instrument', { instrument_limits: { EP: 3 }, enforcement: 'close_all' }],
  ['max_contracts_per_instrument', { instrument_limits: { 'CON.F.US.MNQ.Z26': 0 } }],
  ['daily_realized_loss', { limit: -0.01, include_unrealized: false, pnl_basis: 'gross', lockout: '5m' }],
  ['daily_unrealized_loss', { limit: -0.01, scope: 'total' }],
  ['daily_unrealized_loss', { limit: -900_000 }],
  ['max_unrealized_profit', { target: 0.01 }],
  ['max_unrealized_profit', { target: 900_000 }],
  ['trade_frequency_limit', { limits: { per_minute: null, per_hour: 4 }, count: 'entries' }],
  ['cooldown_after_loss', { loss_threshold: -0.01, loss_unit: 'execution' }],
  ['cooldown_after_loss', { loss_unit: 'round_trip', existing_positions: 'keep' }],
  ['auth_loss_guard', { on_cannot_trade: 'alert' }],
  ['symbol_blocks', { blocked_symbols: ['*BT*'] }],
  ['symbol_blocks', { blocked_symbols: ['M?S'] }],
  ['symbol_blocks', { blocked_symbols: ['CON.F.US.GCE.*'] }],
  ['symbol_blocks', { blocked_symbols: ['*'], allow_block_all: true, mode_unknown_product: 'block' }],
  ['daily_realized_profit', { target: 0.01, include_unrealized: false, pnl_basis: 'gross', lockout: '5m' }],
  ['trade_frequency_limit', { count: 'fills', existing_positions: 'close' }],
  ['trade_frequency_limit', { limits: { per_minute: null, per_hour: null, per_session: 120 } }],
  // Playing a million trades would keep the program from starting.
  ['trade_frequency_limit', { limits: { per_minute: 1_000_000, per_hour: 1_000_000, per_session: null } }],
  ['no_stop_loss_grace', { grace_period_seconds: 3_600, coverage: 'any' }],
  ['session_block_outside', { ...SESSION, close_positions_at_session_end: false, close_lead_seconds: 60 }],
  ['session_block_outside', { per_instrument_sessions: { CL: { start: '08:00', end: '13:30' } } }],
  ['trade_management', { auto_take_profit: { enabled: true } }],
  ['trade_management', { auto_breakeven: { enabled: true, profit_trigger_ticks: 3, offset_ticks: 2 } }],
  ['trade_management', { trailing_stop: { enabled: true, activation_ticks: 5 }, min_gap_ticks: 10 }],
  ['max_contracts', { limit: 5, mode: 'shadow' }],
]

const TIMES = {
  'a morning': '2026-11-18T15:30:00Z',
  'a night': '2026-11-19T08:00:00Z',
  'a weekend': '2026-11-21T18:00:00Z',
  'the last millisecond of a trading day': '2026-11-18T22:59:59.999Z',
}

/** A decoder that has lost the trades. */
const deaf: TellStep = (step, telling) => (step.kind === 'order-filled' ? [] : drillEvents(step, telling))

/** A decoder that has lost the prices. */
const withoutPrices: TellStep = (step, telling) => (step.kind === 'price-is' ? [] : drillEvents(step, telling))

function proofsOf(policy: AccountPolicy, at: string, tell: TellStep = drillEvents) {
  return new ProofOfLife(tell, () => performance.now()).prove(policy, instantOf(at))
}

async function policyWith(enabled: EnabledRules): Promise<AccountPolicy> {
  using scene = await Scene.open({ rules: enabled })
  return scene.policy()
}

describe('proof of life', () => {
  test.each(Object.entries(TIMES))('every rule is alive on %s', async (_name, at) => {
    const enabled = Object.assign({}, ...EVALUATION_ORDER.map((id) => settingsOf(id, PLAIN[id])))
    const proofs = proofsOf(await policyWith(enabled), at)
    expect(proofs.map(({ rule }) => rule)).toEqual(EVALUATION_ORDER)
    expect(proofs.filter(({ verdict }) => verdict !== 'alive')).toEqual([])
  })

  test.each(VARIANTS)('%s is alive with %j', async (id, written) => {
    const [proof] = proofsOf(await policyWith(settingsOf(id, written)), TIMES['a morning'])
    expect(proof).toMatchObject({ rule: id, code: rules[id].code, verdict: 'alive' })
  })

  test('a rule whose settings limit nothing is idle', async () => {
    const enabled = settingsOf('max_contracts_per_instrument', { unknown_symbol_action: 'allow_unlimited' })
    expect(proofsOf(await policyWith(enabled), TIMES['a morning'])).toMatchObject([{ verdict: 'idle' }])
  })

  test('a rule that is not told what it needs is dead, and says what is missing', async () => {
    const [proof] = proofsOf(
      await policyWith(settingsOf('daily_realized_loss', { limit: -500 })),
      TIMES['a morning'],
      deaf,
    )
    expect(proof).toMatchObject({ verdict: 'dead', because: 'found no breach' })
  })

  test('trade management is dead when it places nothing, and idle while no part of it is on', async () => {
    const breakEven = settingsOf('trade_management', { auto_breakeven: { enabled: true } })
    const [dead] = proofsOf(await policyWith(breakEven), TIMES['a morning'], withoutPrices)
    expect(dead).toMatchObject({ verdict: 'dead', because: /did not plan place-order/ })
    const [idle] = proofsOf(await policyWith(settingsOf('trade_management')), TIMES['a morning'])
    expect(idle?.verdict).toBe('idle')
  })

  test('a rule that throws is dead', async () => {
    const policy = await policyWith(settingsOf('no_stop_loss_grace'))
    const broken: AccountPolicy = { ...policy, calendar: Object.create(policy.calendar, { dayOf: { value: null } }) }
    expect(proofsOf(broken, TIMES['a morning'])).toMatchObject([{ verdict: 'dead', because: /threw/ }])
  })

  test('an account of a dead rule is BLIND, never ACTIVE, and a human is called', async () => {
    using scene = await Scene.open({
      rules: settingsOf('daily_realized_loss', { limit: -500 }),
      tell: deaf,
    })
    await scene.connect()
    expect(scene.state().word).toBe('BLIND')
    expect(scene.state().blind).toEqual(['RULE-003 is dead: found no breach'])
    expect(scene.alerts()).toEqual(['rule-dead'])
  })

  test('settings that change are proved before the account is judged by them', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500 }) })
    await scene.connect()
    scene.configure({
      rules: { ...settingsOf('daily_realized_loss', { limit: -500 }), ...settingsOf('max_contracts', { limit: 1 }) },
    })
    expect([...scene.state().proofs.keys()].toSorted()).toEqual(['daily_realized_loss', 'max_contracts'])
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('it is repeated while the program runs', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500 }) })
    await scene.connect()
    const first = scene.state().proofs.get('daily_realized_loss')?.at
    await scene.run(15 * 60_000)
    scene.kernel.tick()
    expect(scene.state().proofs.get('daily_realized_loss')?.at).toBeGreaterThan(first ?? 0)
  })

  test('a dead rule is proved again within a minute, without another call: it may only have been slow', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500 }), tell: deaf })
    await scene.connect()
    const first = scene.state().proofs.get('daily_realized_loss')?.at
    await scene.run(60_000)
    scene.kernel.tick()
    expect(scene.state().proofs.get('daily_realized_loss')?.at).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY)
    expect(scene.alerts()).toEqual(['rule-dead'])
  })
})

import { type AccountView, type DayTrade, type Finding, later, type PositionView, toPrice } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { managedOrders } from './managed-orders.ts'
import type { Rule } from './rule.ts'
import { report } from './setting-problem.ts'

/** The least distance of a new order from the average; brackets of the gateway want the same (gateway contract 2.7). */
const DISTANCE_MIN = 4

const TickCount = z.int().min(1)
const enabled = z.boolean().default(false).describe('Whether this part is on.')

const AutoStopLoss = z.strictObject({
  enabled,
  distance_ticks: z
    .int()
    .min(DISTANCE_MIN)
    .default(10)
    .describe('Ticks from the average to the stop, rounded towards the market.'),
})
const AutoTakeProfit = z.strictObject({
  enabled,
  distance_ticks: z
    .int()
    .min(DISTANCE_MIN)
    .default(20)
    .describe('Ticks from the average to the target, rounded towards the entry.'),
})

const AutoBreakeven = z
  .strictObject({
    enabled,
    profit_trigger_ticks: TickCount.optional().describe('Profit in ticks that moves the stop; 10 unless written.'),
    profit_threshold_ticks: TickCount.optional().describe('Another name of `profit_trigger_ticks`.'),
    offset_ticks: z.int().min(0).default(0).describe('Ticks beyond the average at which the stop then stands.'),
  })
  .superRefine((written, context) => {
    refuseBoth(written, 'profit_trigger_ticks', 'profit_threshold_ticks', context)
    const trigger = written.profit_trigger_ticks ?? written.profit_threshold_ticks ?? TRIGGER_DEFAULT
    if (written.offset_ticks < trigger) return
    const expected = `less than the trigger (${trigger})`
    const why = 'the stop would lie where the market has not been'
    report(context, { expected, why, fix: `write ${trigger - 1} or less` }, written.offset_ticks, ['offset_ticks'])
  })
  .transform((written) => ({
    enabled: written.enabled,
    profit_trigger_ticks: written.profit_trigger_ticks ?? written.profit_threshold_ticks ?? TRIGGER_DEFAULT,
    offset_ticks: written.offset_ticks,
  }))

const TrailingStop = z
  .strictObject({
    enabled,
    activation_ticks: TickCount.optional().describe(
      'Profit in ticks of the best price from which on the stop follows; 20 unless written.',
    ),
    activation_profit_ticks: TickCount.optional().describe('Another name of `activation_ticks`.'),
    trail_distance_ticks: TickCount.optional().describe(
      'Ticks by which the stop stays behind the best price; 10 unless written.',
    ),
    trail_ticks: TickCount.optional().describe('Another name of `trail_distance_ticks`.'),
    step_ticks: TickCount.default(1).describe('The stop moves only when it gets at least so many ticks better.'),
  })
  .superRefine((written, context) => {
    refuseBoth(written, 'activation_ticks', 'activation_profit_ticks', context)
    refuseBoth(written, 'trail_distance_ticks', 'trail_ticks', context)
  })
  .transform((written) => ({
    enabled: written.enabled,
    activation_ticks: written.activation_ticks ?? written.activation_profit_ticks ?? ACTIVATION_DEFAULT,
    trail_distance_ticks: written.trail_distance_ticks ?? written.trail_ticks ?? TRAIL_DISTANCE_DEFAULT,
    step_ticks: written.step_ticks,
  }))

export const TradeManagementSettings = z.strictObject({
  ...commonSettings(false),
  auto_stop_loss: AutoStopLoss.prefault({}).describe('A stop for what no stop of the trader covers.'),
  auto_take_profit: AutoTakeProfit.prefault({}).describe('A limit order where the trader has none.'),
  auto_breakeven: AutoBreakeven.prefault({}).describe(
    'So much profit moves the stop to the average, once in the life of a position.',
  ),
  trailing_stop: TrailingStop.prefault({}).describe('The stop follows the best price at a distance.'),
  min_gap_ticks: TickCount.default(4).describe('A stop that is placed or moved stays so many ticks from the market.'),
})

/**
 * RULE-012: places a stop and a target where the trader has none, moves stops to break-even and behind the market. Which orders must stand
 * is {@link managedOrders}; the engine compares and sends. An order is no breach and answers none.
 *
 * Two things are: a stop price that the market has passed before the stop could stand there, and contracts that an order of ours bought or
 * sold into a position, because it was hit when its own position had just gone. Both close the contract, and a close needs a breach that
 * is stored before it (reliability S-01, S-03).
 */
export const tradeManagement: Rule<'trade_management'> = {
  code: 'RULE-012',
  title: 'Trade management',
  enabledByDefault: false,
  readsPrices: true,
  settings: TradeManagementSettings,
  renamedKeys: {
    stop_loss: 'auto_stop_loss',
    take_profit: 'auto_take_profit',
    breakeven: 'auto_breakeven',
    auto_break_even: 'auto_breakeven',
    trailing: 'trailing_stop',
    tick_values: 'nothing: the gateway says what a tick is worth',
  },

  evaluate(settings, view) {
    const findings: Finding[] = []
    const blind: string[] = []
    for (const position of view.positions) {
      const wanted = managedOrders(settings, position, view.orders)
      blind.push(...wanted.blind)
      const opened = openedByUs(position, view.trades)
      if (opened !== null) findings.push(openedFinding(position, opened))
      else if (wanted.passed !== null) findings.push(passedFinding(position, wanted.passed))
    }
    return { findings, blind, use: null }
  },

  limits: () => [],

  nextCheck: () => null,
}

function refuseBoth<Key extends string>(
  written: { readonly [Name in Key]?: number | undefined },
  key: Key,
  alias: Key,
  context: z.RefinementCtx,
): void {
  if (written[key] === undefined || written[alias] === undefined) return
  const problem = { expected: `${key} or ${alias}, not both`, why: 'they are one setting', fix: `remove ${alias}` }
  report(context, problem, written[alias], [alias])
}

const TRIGGER_DEFAULT = 10
const ACTIVATION_DEFAULT = 20
const TRAIL_DISTANCE_DEFAULT = 10

/** The trade that opens a position is stamped shortly before the position: 1.2 ms in the recorded sample. The room is a guess. */
const OPENING_LEAD_MS = 50

/** A trade of an order of ours towards the position that is open: such an order only ever works against one. */
function openedByUs(position: PositionView, trades: AccountView['trades']): DayTrade | null {
  const towards = position.signedSize > 0 ? 'buy' : 'sell'
  const since = later(position.openedAt, -OPENING_LEAD_MS)
  const opens = ({ trade }: DayTrade): boolean =>
    trade.contractId === position.contractId && trade.side === towards && trade.at >= since
  return oursAmong(trades).find(opens) ?? null
}

/** Asked at every quote, while trades are the same until the next one. */
const remembered = new WeakMap<AccountView['trades'], readonly DayTrade[]>()

function oursAmong(trades: AccountView['trades']): readonly DayTrade[] {
  let ours = remembered.get(trades)
  if (ours === undefined) {
    ours = trades.filter(({ origin }) => origin === 'enforcer')
    remembered.set(trades, ours)
  }
  return ours
}

function openedFinding(position: PositionView, { trade }: DayTrade): Finding {
  const name = nameOf(position)
  return {
    scope: `contract:${position.contractId}`,
    measured: `${trade.size} ${name} by order ${trade.orderId}`,
    limit: 'an order of ours only reduces',
    message: `An order of ours was hit after its position had gone and opened ${name} ${signed(position)}, so that is closed.`,
    tier: 2,
    goals: [{ kind: 'flat-contract', contractId: position.contractId }],
    lockout: null,
  }
}

function passedFinding(position: PositionView, stop: NonNullable<PositionView['exit']>['current']): Finding {
  const { contract, exit, contractId } = position
  const priceOf = (price: typeof stop): string =>
    contract === null ? `${price}` : `${toPrice(price, contract.tickSize)}`
  const market = exit === null ? 'unknown' : priceOf(exit.current)
  return {
    scope: `contract:${contractId}`,
    measured: `market at ${market}`,
    limit: `stop at ${priceOf(stop)}`,
    message: `${nameOf(position)} ${signed(position)} is at ${market}, beyond the stop that has to stand at ${priceOf(stop)}, so it is closed.`,
    tier: 1,
    goals: [{ kind: 'flat-contract', contractId }],
    lockout: null,
  }
}

function nameOf({ contract, contractId }: PositionView): string {
  return contract?.name ?? contractId
}

function signed({ signedSize }: PositionView): string {
  return `${signedSize > 0 ? '+' : ''}${signedSize}`
}

import type { LockoutTerm, SessionSpec } from '@rm/domain'
import { EVALUATION_ORDER, type RuleId, type RuleSettings } from './registry.ts'
import type { EnabledRules } from './evaluate.ts'
import { strictestCooldown } from './strictest-cooldown.ts'
import { strictestInstrumentLimits } from './strictest-instrument-limits.ts'

/**
 * The value that is at least as strict as the one before, and as strict as the one after where the two can be compared. What cannot be
 * compared stays as it was: a change only loosens when it is allowed to (reliability S-13).
 */
type Strictest<Value> = (before: Value, after: Value) => Value

/** What holds of two sets of rules until looser settings may take effect: a rule that is in only one of them is on. */
export function strictestRules(before: EnabledRules, after: EnabledRules): EnabledRules {
  const strictest: MutableRules = {}
  for (const id of EVALUATION_ORDER) join(id, before, after, strictest)
  return strictest
}

type MutableRules = { -readonly [Id in RuleId]?: RuleSettings[Id] }
type ByKey<Settings> = { readonly [Key in keyof Settings]-?: Strictest<Settings[Key]> }

function join<Id extends RuleId>(id: Id, before: EnabledRules, after: EnabledRules, strictest: MutableRules): void {
  const old: RuleSettings[Id] | undefined = before[id]
  const next: RuleSettings[Id] | undefined = after[id]
  const both = old !== undefined && next !== undefined ? STRICTEST[id](old, next) : (next ?? old)
  if (both !== undefined) strictest[id] = both
}

export function smaller<N extends number>(before: N, after: N): N {
  return after < before ? after : before
}

export function larger<N extends number>(before: N, after: N): N {
  return after > before ? after : before
}

/** Of two limits of which either may be missing, which means that there is none. */
export function smallerLimit<N extends number, None extends null | undefined>(
  before: N | None,
  after: N | None,
): N | None {
  if (typeof before !== 'number') return after
  return typeof after === 'number' ? smaller(before, after) : before
}

/** Whichever stands first in the list, which names the values from the strictest on. */
export function firstOf<Value>(...values: readonly Value[]): Strictest<Value> {
  return (before, after) => (values.indexOf(after) < values.indexOf(before) ? after : before)
}

/** Neither value is the stricter one. */
function asBefore<Value>(before: Value): Value {
  return before
}

/** The setting limits nothing. */
function asAfter<Value>(_before: Value, after: Value): Value {
  return after
}

export function longerTerm(before: LockoutTerm, after: LockoutTerm): LockoutTerm {
  return before.kind === 'for' && after.kind === 'for' && after.ms > before.ms ? after : before
}

/** The hours that lie in both sessions, where both are written in the same way. No session at all limits nothing. */
export function narrowerSession<None extends null | undefined>(
  before: SessionSpec | None,
  after: SessionSpec | None,
): SessionSpec | None {
  if (before === null || before === undefined) return after
  if (after === null || after === undefined || before.timeZone !== after.timeZone) return before
  if (before.allDay || after.allDay || isOvernight(before) !== isOvernight(after)) return before
  const days = before.days.filter((day) => after.days.includes(day))
  const start = before.start > after.start ? before.start : after.start
  const end = before.end < after.end ? before.end : after.end
  const narrower = { ...before, days, start, end, respectHolidays: before.respectHolidays || after.respectHolidays }
  return days.length > 0 && isOvernight(narrower) === isOvernight(before) && start !== end ? narrower : before
}

function isOvernight({ start, end }: SessionSpec): boolean {
  return start > end
}

function narrowerSessions(
  before: Readonly<Record<string, SessionSpec | null>>,
  after: Readonly<Record<string, SessionSpec | null>>,
): Record<string, SessionSpec | null> {
  const products = new Set([...Object.keys(before), ...Object.keys(after)])
  return Object.fromEntries(
    [...products].map((product) => [product, narrowerSession<null>(before[product] ?? null, after[product] ?? null)]),
  )
}

/** A part that only one of both has is on; of two the later one holds where all of it is as strict as the earlier one. */
function strictestPart<Part extends { readonly enabled: boolean }>(
  isAsStrict: (before: Part, after: Part) => boolean,
): Strictest<Part> {
  return (before, after) => (!before.enabled || (after.enabled && isAsStrict(before, after)) ? after : before)
}

/** Joins settings key by key; a key without its way does not compile. */
export function strictestByKey<Settings extends object>(strictest: ByKey<Settings>): Strictest<Settings> {
  return (before, after) => {
    const both: Settings = { ...after }
    for (const key in strictest) both[key] = strictest[key](before[key], after[key])
    return both
  }
}

/** What every rule has. */
const common = {
  enabled: firstOf(true, false),
  mode: firstOf<'enforce' | 'shadow'>('enforce', 'shadow'),
  warn_at: asAfter<number[]>,
}

const STRICTEST: { readonly [Id in RuleId]: Strictest<RuleSettings[Id]> } = {
  max_contracts: strictestByKey<RuleSettings['max_contracts']>({
    ...common,
    limit: smaller<number>,
    count_type: firstOf('gross', 'net_by_product', 'net'),
    weighting: asBefore,
    weights: asBefore,
    enforcement: firstOf('close_all', 'reduce_to_limit'),
    include_working_orders: firstOf(true, false),
  }),
  max_contracts_per_instrument: strictestInstrumentLimits,
  daily_realized_loss: strictestByKey<RuleSettings['daily_realized_loss']>({
    ...common,
    limit: larger,
    include_unrealized: firstOf(true, false),
    pnl_basis: asBefore,
    lockout: (before, after) => (before === undefined || after === undefined ? before : longerTerm(before, after)),
  }),
  daily_unrealized_loss: strictestByKey<RuleSettings['daily_unrealized_loss']>({
    ...common,
    limit: larger,
    scope: asBefore,
  }),
  max_unrealized_profit: strictestByKey<RuleSettings['max_unrealized_profit']>({ ...common, target: smaller }),
  trade_frequency_limit: strictestByKey<RuleSettings['trade_frequency_limit']>({
    ...common,
    limits: (before, after) => ({
      per_minute: smallerLimit<number, null>(before.per_minute, after.per_minute),
      per_hour: smallerLimit<number, null>(before.per_hour, after.per_hour),
      per_session: smallerLimit<number, null>(before.per_session, after.per_session),
    }),
    count: firstOf('fills', 'orders', 'entries'),
    existing_positions: firstOf('close', 'keep'),
  }),
  cooldown_after_loss: strictestCooldown,
  no_stop_loss_grace: strictestByKey<RuleSettings['no_stop_loss_grace']>({
    ...common,
    grace_period_seconds: smaller<number>,
    coverage: firstOf('full', 'any'),
    allow_stop_limit: firstOf(false, true),
    max_stop_distance_ticks: smallerLimit<number, undefined>,
  }),
  session_block_outside: strictestByKey<RuleSettings['session_block_outside']>({
    ...common,
    global_session: narrowerSession<null | undefined>,
    per_instrument_sessions: narrowerSessions,
    close_positions_at_session_end: firstOf(true, false),
    close_lead_seconds: larger<number>,
    respect_holidays: firstOf(true, false),
  }),
  trade_management: strictestByKey<RuleSettings['trade_management']>({
    ...common,
    auto_stop_loss: strictestPart((before, after) => after.distance_ticks <= before.distance_ticks),
    // A target limits no loss.
    auto_take_profit: asAfter,
    auto_breakeven: strictestPart(
      (before, after) =>
        after.profit_trigger_ticks <= before.profit_trigger_ticks && after.offset_ticks >= before.offset_ticks,
    ),
    trailing_stop: strictestPart(
      (before, after) =>
        after.activation_ticks <= before.activation_ticks &&
        after.trail_distance_ticks <= before.trail_distance_ticks &&
        after.step_ticks <= before.step_ticks,
    ),
    min_gap_ticks: smaller<number>,
  }),
  auth_loss_guard: strictestByKey<RuleSettings['auth_loss_guard']>({
    ...common,
    alert_on_disconnect: firstOf(true, false),
    alert_on_auth_failure: firstOf(true, false),
    disconnect_alert_after_seconds: smaller<number>,
    on_cannot_trade: firstOf('lockout', 'alert'),
    check_interval_seconds: smaller<number>,
  }),
  symbol_blocks: strictestByKey<RuleSettings['symbol_blocks']>({
    ...common,
    blocked_symbols: (before, after) => [...new Set([...before, ...after])],
    allow_block_all: asAfter<boolean>,
    mode_unknown_product: firstOf('block', 'alert'),
  }),
  daily_realized_profit: strictestByKey<RuleSettings['daily_realized_profit']>({
    ...common,
    target: smaller,
    include_unrealized: firstOf(true, false),
    pnl_basis: asBefore,
    lockout: (before, after) => (before === undefined || after === undefined ? before : longerTerm(before, after)),
    message: asAfter<string | undefined>,
  }),
}

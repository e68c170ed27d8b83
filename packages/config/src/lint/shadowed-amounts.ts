import { formatUsd, type Usd, usd } from '@rm/domain'
import { lossTiers } from '@rm/rules'
import type { Report } from '../diagnostic.ts'
import { knownProduct } from '../known-products.ts'
import type { RiskSettings } from '../risk-settings.ts'
import { allowedSizes } from './allowed-size.ts'
import { remark } from './remark.ts'

/** Profits and losses at which nothing can happen any more, because something else has closed the position or the day before. */
export function lintShadowedAmounts(settings: RiskSettings, report: Report): void {
  lintTargetBehindOrder(settings, report)
  lintTargetsTogether(settings, report)
  for (const tier of tiersOf(settings)) lintTier(settings, tier, report)
}

/** RULE-012 takes the profit of every position at a distance at which RULE-005 has not looked up yet. */
function lintTargetBehindOrder(settings: RiskSettings, report: Report): void {
  const { rules: enabled, general } = settings
  const target = enabled.max_unrealized_profit?.target
  const order = enabled.trade_management?.auto_take_profit
  if (target === undefined || order === undefined || !order.enabled || general === null) return
  const sizes = allowedSizes(enabled, general).map(({ product, contracts }) => {
    const known = knownProduct(product)
    return known === null
      ? null
      : { words: `${contracts} ${known.root}`, profit: usd(known.tickValue * contracts * order.distance_ticks) }
  })
  const known = sizes.filter((size) => size !== null)
  const [largest] = known.toSorted((a, b) => b.profit - a.profit)
  // A product that nobody has recorded may be worth anything.
  if (largest === undefined || known.length < sizes.length || largest.profit >= target) return
  remark('notice', settings, ['rules', 'max_unrealized_profit', 'target'], report, {
    expected: 'a target that comes before the target order of trade_management',
    got: `${formatUsd(target)}, while the target order stands ${order.distance_ticks} ticks away, which with ${largest.words} are ${formatUsd(largest.profit)}`,
    why: 'the order closes the position first, so RULE-005 acts only where the trader has moved it',
    fix: 'nothing, if it is meant as a second line; otherwise lower the target',
  })
}

/** Equal targets: the position that reaches its own ends the day. A larger one is a warning of the checks between settings. */
function lintTargetsTogether(settings: RiskSettings, report: Report): void {
  const { max_unrealized_profit: position, daily_realized_profit: day } = settings.rules
  if (position === undefined || day === undefined || !day.include_unrealized || position.target !== day.target) return
  remark('notice', settings, ['rules', 'max_unrealized_profit', 'target'], report, {
    expected: `less than daily_realized_profit.target (${formatUsd(day.target)})`,
    got: `${formatUsd(position.target)}, the same`,
    why: 'a position that wins so much ends the day, unless the day has lost before',
    fix: 'lower it, or raise the target of the day',
  })
}

interface Tier {
  readonly path: readonly PropertyKey[]
  readonly amount: Usd
}

function tiersOf({ rules: enabled }: RiskSettings): readonly Tier[] {
  const settings = enabled.cooldown_after_loss
  if (settings === undefined) return []
  const path = ['rules', 'cooldown_after_loss']
  if (settings.loss_threshold !== undefined)
    return [{ path: [...path, 'loss_threshold'], amount: settings.loss_threshold }]
  const written = settings.loss_thresholds
  return lossTiers(written).map((tier) => ({
    path: [...path, 'loss_thresholds', ...(written === undefined ? [] : [written.indexOf(tier), 'loss_amount'])],
    amount: tier.loss_amount,
  }))
}

/** A loss that another rule does not let happen, or that locks for longer anyway. */
function lintTier(settings: RiskSettings, { path, amount }: Tier, report: Report): void {
  const { daily_realized_loss: day, daily_unrealized_loss: position, cooldown_after_loss: cooldown } = settings.rules
  if (day !== undefined && amount <= day.limit) {
    remark('notice', settings, path, report, {
      expected: `a loss smaller than daily_realized_loss.limit (${formatUsd(day.limit)})`,
      got: formatUsd(amount),
      why: 'such a loss ends the day, unless the day has won before, and the longer lockout counts',
      fix: 'remove it, or write a smaller loss',
    })
    return
  }
  // From flat to flat several exits add up; a single one leaves where RULE-004 closes.
  const isOfOneExit = cooldown?.loss_unit !== 'round_trip'
  if (position?.scope !== 'per_position' || !isOfOneExit || amount >= position.limit) return
  remark('notice', settings, path, report, {
    expected: `a loss that a position can make: RULE-004 closes it at ${formatUsd(position.limit)}`,
    got: formatUsd(amount),
    why: 'only a gap or slippage of the close makes a single exit lose more',
    fix: 'write a smaller loss, or `loss_unit: round_trip`',
  })
}

import { type AccountView, addUsd, type Finding, formatUsd, type LockoutTerm, type Usd } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { ProfitAmount } from './dollar-amount.ts'
import { lockoutTerm } from './duration.ts'
import type { Rule, RuleContext } from './rule.ts'
import { unvaluedPositions } from './unvalued-positions.ts'

export const DailyRealizedProfitSettings = z.strictObject({
  ...commonSettings(false),
  target: ProfitAmount.describe(
    "The day's profit, in dollars, that flattens and locks the account. Reaching it exactly is enough.",
  ),
  include_unrealized: z
    .boolean()
    .default(true)
    .describe('Whether the open P&L counts with the realized one, as far as all of it is known.'),
  pnl_basis: z.enum(['net', 'gross']).optional().describe('With costs or without; `general.pnl_basis` when absent.'),
  lockout: lockoutTerm(60_000)
    .optional()
    .describe('How long the account stays locked; `lockout_durations` of the timers file when absent, never both.'),
  message: z.string().min(1).max(200).optional().describe('Told to the trader with the breach.'),
})
type Settings = z.infer<typeof DailyRealizedProfitSettings>

/** RULE-013: a day's profit that reaches its target flattens the account and locks it, whatever the closes then fill at. */
export const dailyRealizedProfit: Rule<'daily_realized_profit'> = {
  code: 'RULE-013',
  title: 'Daily realized profit',
  enabledByDefault: false,
  readsPrices: true,
  settings: DailyRealizedProfitSettings,
  renamedKeys: {
    profit_target: 'target',
    daily_profit_target: 'target',
    limit: 'target',
    reset_time: 'daily_reset.time in timers_config.yaml: one clock for all rules',
    timezone: 'daily_reset.timezone in timers_config.yaml: one clock for all rules',
    enforcement: 'nothing: it always flattens the account and locks it',
    lockout_until_reset: 'lockout: until_reset',
  },

  evaluate(settings, view, context) {
    const { realized, counted } = measure(settings, view, context)
    const term = settings.lockout ?? context.timers.dailyRealizedProfit
    return {
      findings: counted >= settings.target ? [finding(settings, realized, counted, term)] : [],
      blind: settings.include_unrealized ? unvaluedPositions(view) : [],
      use: Math.max(0, counted / settings.target),
    }
  },

  limits(settings, view, context) {
    const { counted } = measure(settings, view, context)
    const used = settings.include_unrealized && !view.unrealized.known ? null : counted
    return [{ rule: 'RULE-013', what: 'profit of the day', kind: 'target', unit: 'usd', used, limit: settings.target }]
  },

  /** A new day begins with nothing realized. */
  nextCheck: (_settings, _view, context) => context.calendar.nextReset(context.now),
}

/** What is realized is reached by itself; an open loss takes nothing of it away. */
function measure(
  settings: Settings,
  view: AccountView,
  context: RuleContext,
): { readonly realized: Usd; readonly counted: Usd } {
  const realized = view.realized[settings.pnl_basis ?? context.pnlBasis]
  const { known, current } = view.unrealized
  return {
    realized,
    counted: settings.include_unrealized && known && current > 0 ? addUsd(realized, current) : realized,
  }
}

function finding(settings: Settings, realized: Usd, counted: Usd, term: LockoutTerm): Finding {
  const { target, message } = settings
  const profit =
    counted === realized
      ? `The day's realized P&L is ${formatUsd(realized)}`
      : `The day's realized P&L of ${formatUsd(realized)} and the open positions make ${formatUsd(counted)}`
  const told = message === undefined ? '' : ` ${message}`
  return {
    scope: 'account',
    measured: formatUsd(counted),
    limit: formatUsd(target),
    message: `${profit}; the target is ${formatUsd(target)}.${told}`,
    tier: 1,
    goals: [{ kind: 'flat-account' }],
    lockout: {
      scope: 'account',
      effect: 'flat',
      until: term.kind === 'for' ? term : { kind: 'next-reset' },
    },
  }
}

import { type AccountView, addUsd, type Finding, formatUsd, type LockoutTerm, negateUsd, type Usd } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { lockoutTerm } from './duration.ts'
import { LossAmount } from './dollar-amount.ts'
import type { Rule, RuleContext } from './rule.ts'
import { unvaluedPositions } from './unvalued-positions.ts'

export const DailyRealizedLossSettings = z.strictObject({
  ...commonSettings(true),
  limit: LossAmount.describe(
    "The day's loss, in dollars, that flattens and locks the account. Reaching it exactly is a breach.",
  ),
  include_unrealized: z
    .boolean()
    .default(true)
    .describe('Whether an open loss counts with the realized one. An open profit never makes up for it.'),
  pnl_basis: z.enum(['net', 'gross']).optional().describe('With costs or without; `general.pnl_basis` when absent.'),
  lockout: lockoutTerm(60_000)
    .optional()
    .describe('How long the account stays locked; `lockout_durations` of the timers file when absent, never both.'),
})

/** RULE-003: a day's loss that reaches its limit, exactly or beyond, flattens the account and locks it. */
export const dailyRealizedLoss: Rule<'daily_realized_loss'> = {
  code: 'RULE-003',
  title: 'Daily realized loss',
  enabledByDefault: true,
  readsPrices: true,
  settings: DailyRealizedLossSettings,
  renamedKeys: {
    loss_limit: 'limit, as a negative amount',
    daily_loss_limit: 'limit, as a negative amount',
    max_daily_loss: 'limit, as a negative amount',
    reset_time: 'daily_reset.time in timers_config.yaml: one clock for all rules',
    timezone: 'daily_reset.timezone in timers_config.yaml: one clock for all rules',
    enforcement: 'nothing: it always flattens the account and locks it',
    lockout_until_reset: 'lockout: until_reset',
  },

  evaluate(settings, view, context) {
    const { realized, counted } = measure(settings, view, context)
    const term = settings.lockout ?? context.timers.dailyRealizedLoss
    return {
      findings: counted <= settings.limit ? [finding(realized, counted, settings.limit, term)] : [],
      blind: settings.include_unrealized ? unvaluedPositions(view) : [],
      use: Math.max(0, counted / settings.limit),
    }
  },

  limits(settings, view, context) {
    const { counted } = measure(settings, view, context)
    const used = settings.include_unrealized && !view.unrealized.known ? null : negateUsd(counted)
    return [
      { rule: 'RULE-003', what: 'loss of the day', kind: 'limit', unit: 'usd', used, limit: negateUsd(settings.limit) },
    ]
  },

  /** A new day begins with nothing realized. */
  nextCheck: (_settings, _view, context) => context.calendar.nextReset(context.now),
}

/** What is realized, and what counts: an open loss with it, if the settings say so. */
function measure(
  settings: z.infer<typeof DailyRealizedLossSettings>,
  view: AccountView,
  context: RuleContext,
): { readonly realized: Usd; readonly counted: Usd } {
  const realized = view.realized[settings.pnl_basis ?? context.pnlBasis]
  const { pessimistic } = view.unrealized
  return {
    realized,
    counted: settings.include_unrealized && pessimistic < 0 ? addUsd(realized, pessimistic) : realized,
  }
}

function finding(realized: Usd, counted: Usd, limit: Usd, term: LockoutTerm): Finding {
  const loss =
    counted === realized
      ? `The day's realized P&L is ${formatUsd(realized)}`
      : `The day's realized P&L of ${formatUsd(realized)} and the open positions make ${formatUsd(counted)}`
  return {
    scope: 'account',
    measured: formatUsd(counted),
    limit: formatUsd(limit),
    message: `${loss}; the limit is ${formatUsd(limit)}.`,
    tier: 1,
    goals: [{ kind: 'flat-account' }],
    lockout: {
      scope: 'account',
      effect: 'flat',
      until: term.kind === 'for' ? term : { kind: 'next-reset' },
    },
  }
}

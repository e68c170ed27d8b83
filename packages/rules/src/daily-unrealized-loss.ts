import { type AccountView, type Finding, formatUsd, type PositionView, type Usd } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { LossAmount } from './dollar-amount.ts'
import { namedPosition } from './named-position.ts'
import type { Rule } from './rule.ts'
import { unvaluedPositions } from './unvalued-positions.ts'

export const DailyUnrealizedLossSettings = z.strictObject({
  ...commonSettings(true),
  limit: LossAmount.describe(
    'The open loss, in dollars, at which a position is closed. Reaching it exactly is a breach.',
  ),
  scope: z
    .enum(['per_position', 'total'])
    .default('per_position')
    .describe('Each contract by itself, or the sum of all, in which a winner makes up for a loser.'),
})
type Settings = z.infer<typeof DailyUnrealizedLossSettings>

/** RULE-004: an open loss that reaches its limit, exactly or beyond, is closed. It locks nothing. */
export const dailyUnrealizedLoss: Rule<'daily_unrealized_loss'> = {
  code: 'RULE-004',
  title: 'Daily unrealized loss',
  enabledByDefault: true,
  settings: DailyUnrealizedLossSettings,
  renamedKeys: {
    loss_limit: 'limit, as a negative amount',
    max_unrealized_loss: 'limit, as a negative amount',
    unrealized_loss_limit: 'limit, as a negative amount',
    per_position: 'scope: per_position',
    check_interval_seconds: 'nothing: it looks at every quote',
    lockout: 'nothing: this rule never locks',
    lockout_on_breach: 'nothing: this rule never locks',
  },

  evaluate(settings, view) {
    const measured = settings.scope === 'total' ? [view.unrealized.pessimistic] : view.positions.flatMap(worstOf)
    return {
      findings: settings.scope === 'total' ? total(settings, view) : perPosition(settings, view),
      blind: unvaluedPositions(view),
      use: measured.reduce((use, worst) => Math.max(use, worst / settings.limit), 0),
    }
  },

  nextCheck: () => null,
}

function perPosition(settings: Settings, view: AccountView): readonly Finding[] {
  const findings: Finding[] = []
  for (const position of view.positions) {
    for (const worst of worstOf(position)) {
      if (worst > settings.limit) continue
      const { contractId } = position
      findings.push({
        scope: `contract:${contractId}`,
        measured: formatUsd(worst),
        limit: formatUsd(settings.limit),
        message: `The open loss of ${namedPosition(position)} is ${formatUsd(worst)}; the limit is ${formatUsd(settings.limit)}.`,
        tier: 1,
        goals: [{ kind: 'flat-contract', contractId }],
        lockout: null,
      })
    }
  }
  return findings
}

function total(settings: Settings, view: AccountView): readonly Finding[] {
  const worst = view.unrealized.pessimistic
  if (worst > settings.limit) return []
  return [
    {
      scope: 'account',
      measured: formatUsd(worst),
      limit: formatUsd(settings.limit),
      message: `The open positions together are at ${formatUsd(worst)}; the limit is ${formatUsd(settings.limit)}.`,
      tier: 1,
      goals: [{ kind: 'flat-account' }],
      lockout: null,
    },
  ]
}

/** W(c), or the last known value of a position that has none: as in U* a loss that was seen counts, a profit does not. Empty when nothing was seen. */
function worstOf({ value }: PositionView): readonly Usd[] {
  if (value.kind === 'known') return [value.worst]
  return value.lastKnown === null ? [] : [value.lastKnown]
}

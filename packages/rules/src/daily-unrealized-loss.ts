import {
  type AccountView,
  type Finding,
  formatUsd,
  type LimitUse,
  negateUsd,
  NO_USD,
  type PositionView,
  type Usd,
} from '@rm/domain'
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
  readsPrices: true,
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
    const findings = settings.scope === 'total' ? total(settings, view) : perPosition(settings, view)
    return { findings, blind: unvaluedPositions(view), use: worstUse(settings, view) }
  },

  limits(settings, view) {
    const limit = negateUsd(settings.limit)
    const use = (what: string, worst: Usd | null): LimitUse => ({
      rule: 'RULE-004',
      what,
      kind: 'limit',
      unit: 'usd',
      used: worst === null ? null : negateUsd(worst),
      limit,
    })
    if (settings.scope === 'total') {
      return [use('open loss', view.unrealized.known ? view.unrealized.pessimistic : null)]
    }
    return view.positions.map((position) =>
      use(`open loss of ${namedPosition(position)}`, position.value.kind === 'known' ? position.value.worst : null),
    )
  },

  nextCheck: () => null,
}

function perPosition(settings: Settings, view: AccountView): readonly Finding[] {
  const findings: Finding[] = []
  for (const position of view.positions) {
    const worst = worstOf(position)
    if (worst === null || worst > settings.limit) continue
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

function worstUse(settings: Settings, view: AccountView): number {
  if (settings.scope === 'total') return Math.max(0, view.unrealized.pessimistic / settings.limit)
  let use = 0
  for (const position of view.positions) use = Math.max(use, (worstOf(position) ?? NO_USD) / settings.limit)
  return use
}

/** W(c), or the last known value of a position that has none: as in U* a loss that was seen counts, a profit does not. `null` when nothing was seen. */
function worstOf({ value }: PositionView): Usd | null {
  return value.kind === 'known' ? value.worst : value.lastKnown
}

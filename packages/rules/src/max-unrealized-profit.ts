import { type Finding, formatUsd } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { ProfitAmount } from './dollar-amount.ts'
import { namedPosition } from './named-position.ts'
import type { Rule } from './rule.ts'
import { unvaluedPositions } from './unvalued-positions.ts'

export const MaxUnrealizedProfitSettings = z.strictObject({
  ...commonSettings(false),
  target: ProfitAmount.describe('The open profit, in dollars, at which a position is closed.'),
})

/**
 * RULE-005: an open profit that reaches its target is taken, position by position. It judges the value of now and not the best since the
 * last look, because a profit that is gone cannot be taken.
 */
export const maxUnrealizedProfit: Rule<'max_unrealized_profit'> = {
  code: 'RULE-005',
  title: 'Max unrealized profit',
  enabledByDefault: false,
  readsPrices: true,
  settings: MaxUnrealizedProfitSettings,
  renamedKeys: {
    profit_target: 'target',
    limit: 'target',
    scope: 'nothing: it always judges single positions',
    enforcement_mode: 'nothing: it always closes the position',
    lockout: 'nothing: this rule never locks; RULE-013 does',
  },

  evaluate(settings, view) {
    const findings: Finding[] = []
    let use = 0
    for (const position of view.positions) {
      const { contractId, value } = position
      if (value.kind === 'unknown') continue
      use = Math.max(use, value.current / settings.target)
      if (value.current < settings.target) continue
      findings.push({
        scope: `contract:${contractId}`,
        measured: formatUsd(value.current),
        limit: formatUsd(settings.target),
        message: `The open profit of ${namedPosition(position)} is ${formatUsd(value.current)}; the target is ${formatUsd(settings.target)}.`,
        tier: 1,
        goals: [{ kind: 'flat-contract', contractId }],
        lockout: null,
      })
    }
    return { findings, blind: unvaluedPositions(view), use }
  },

  limits: ({ target }, view) =>
    view.positions.map((position) => ({
      rule: 'RULE-005',
      what: `open profit of ${namedPosition(position)}`,
      kind: 'target',
      unit: 'usd',
      used: position.value.kind === 'known' ? position.value.current : null,
      limit: target,
    })),

  nextCheck: () => null,
}

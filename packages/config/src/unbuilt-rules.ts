import type { RuleCode } from '@rm/domain'

/** Rules that the documentation has and this version cannot enforce. Switched on, they must not be ignored silently. */
export const UNBUILT_RULES: ReadonlyMap<string, RuleCode> = new Map([
  ['daily_unrealized_loss', 'RULE-004'],
  ['max_unrealized_profit', 'RULE-005'],
  ['cooldown_after_loss', 'RULE-007'],
  ['auth_loss_guard', 'RULE-010'],
  ['symbol_blocks', 'RULE-011'],
  ['daily_realized_profit', 'RULE-013'],
])

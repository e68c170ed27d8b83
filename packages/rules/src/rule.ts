import type {
  AccountView,
  ContractId,
  ContractSpec,
  Instant,
  LimitUse,
  Lockout,
  RuleCode,
  Timers,
  TradingCalendar,
  UnpricedView,
  Verdict,
} from '@rm/domain'
import type { z } from 'zod'
import type { RuleId, RuleSettings } from './registry.ts'

/** What rules know beside the account and their settings. */
export interface RuleContext {
  readonly now: Instant
  readonly calendar: TradingCalendar
  readonly timers: Timers
  /** `general.pnl_basis`: what counts as realized unless a rule says otherwise. */
  readonly pnlBasis: 'net' | 'gross'
  /** The contract record, `null` while it is unknown. */
  contract(contractId: ContractId): ContractSpec | null
  /** The account's lockouts in force. RULE-006 looks at its own: the way out of positions is no new trade. */
  readonly lockouts: readonly Lockout[]
}

/**
 * One risk rule. Pure: the same settings, view and context give the same verdict.
 *
 * Findings are levels, each present as long as its condition holds; the caller makes breaches of those that appear. What is on its way
 * already (`PositionView.projectedSize`, `AccountView.ordersBeingCancelled`) is not demanded again, but the condition is measured
 * on what is really there.
 */
export type Rule<Id extends RuleId> = PricedRule<Id> | UnpricedRule<Id>

/** A rule whose verdict depends on what positions are worth. */
interface PricedRule<Id extends RuleId> extends DescribedRule<Id> {
  readonly readsPrices: true
  readonly evaluate: (settings: RuleSettings[Id], view: AccountView, context: RuleContext) => Verdict
}

/** A rule that cannot even see a price, so that no quote changes its verdict. */
interface UnpricedRule<Id extends RuleId> extends DescribedRule<Id> {
  readonly readsPrices: false
  // Properties, not methods: only then does a rule that reads a price not compile here.
  readonly evaluate: (settings: RuleSettings[Id], view: UnpricedView, context: RuleContext) => Verdict
}

interface DescribedRule<Id extends RuleId> {
  readonly code: RuleCode
  readonly title: string
  readonly enabledByDefault: boolean
  /**
   * Reads the rule's settings as YAML left them; unknown keys are refused. What zod's own checks cannot say is an issue with code
   * `custom` whose `params` are a `SettingProblem`.
   */
  readonly settings: z.ZodType<RuleSettings[Id]>
  /** Keys of earlier versions and of other tools, with what replaces them. */
  readonly renamedKeys: Readonly<Record<string, string>>
  /** How much of its limits is used now, for people; a rule that measures nothing has none. */
  limits(settings: RuleSettings[Id], view: AccountView, context: RuleContext): readonly LimitUse[]
  /** The next instant at which the verdict could change without any event, or `null`. */
  nextCheck(settings: RuleSettings[Id], view: AccountView, context: RuleContext): Instant | null
}

/** The verdict of a rule that has nothing to object. */
export function kept(use: number | null): Verdict {
  return { findings: [], blind: [], use }
}

import { NO_USD, type Usd, usd } from '@rm/domain'

/** Which programme of the firm an account belongs to. A live account cannot be enforced through this gateway. */
export type AccountType = 'practice' | 'combine' | 'express'

export const PLAN_SIZES = ['50k', '100k', '150k'] as const
/** A plan of the firm by its size. */
export type PlanSize = (typeof PLAN_SIZES)[number]

/** What the firm demands of a plan. */
export interface PlanLimits {
  /** Minis; ten times as many micros. */
  readonly lots: number
  readonly dailyLoss: Usd
  /** The loss at which the firm closes the account. */
  readonly maximumLoss: Usd
  /** The profit that passes a Combine. */
  readonly profitTarget: Usd
}

// What follows and the profit targets third parties report (risk rules, 6.0), so they make notices and never errors.

/** The largest share of the whole profit of a Combine that one day may have made. */
export const BEST_DAY_SHARE = 0.5
/** The net profit from which on a day counts as a winning one. */
export const WINNING_DAY: Usd = usd(1_500_000)

// As the firm publishes them (risk rules, 6.0).
export const PLANS: Readonly<Record<PlanSize, PlanLimits>> = {
  '50k': { lots: 5, dailyLoss: usd(-10_000_000), maximumLoss: usd(-20_000_000), profitTarget: usd(30_000_000) },
  '100k': { lots: 10, dailyLoss: usd(-20_000_000), maximumLoss: usd(-30_000_000), profitTarget: usd(60_000_000) },
  '150k': { lots: 15, dailyLoss: usd(-30_000_000), maximumLoss: usd(-45_000_000), profitTarget: usd(90_000_000) },
}

const NOMINAL: Readonly<Record<PlanSize, Usd>> = {
  '50k': usd(500_000_000),
  '100k': usd(1_000_000_000),
  '150k': usd(1_500_000_000),
}

/** The balance with which an account of the plan begins: an Express account with nothing (risk rules, 6.0). */
export function startOfPlan(size: PlanSize, stage: AccountType): Usd {
  return stage === 'express' ? NO_USD : NOMINAL[size]
}

/** Minis of an Express account before it has won anything. Only the steps of the smallest are confirmed, so it makes notices. */
export const EXPRESS_LOTS_AT_START: Readonly<Record<PlanSize, number>> = { '50k': 2, '100k': 3, '150k': 3 }

import { type Usd, usd } from '@rm/domain'

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
}

// As the firm publishes them (risk rules, 6.0).
export const PLANS: Readonly<Record<PlanSize, PlanLimits>> = {
  '50k': { lots: 5, dailyLoss: usd(-10_000_000), maximumLoss: usd(-20_000_000) },
  '100k': { lots: 10, dailyLoss: usd(-20_000_000), maximumLoss: usd(-30_000_000) },
  '150k': { lots: 15, dailyLoss: usd(-30_000_000), maximumLoss: usd(-45_000_000) },
}

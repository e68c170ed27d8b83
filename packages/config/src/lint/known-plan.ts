import { formatUsd, NO_USD, subtractUsd, type Usd } from '@rm/domain'
import type { CheckedAccount } from '../cross-checks.ts'
import { type AccountType, PLANS, type PlanSize, startOfPlan } from '../firm-plans.ts'

/** The firm's plan of an account, as far as it is known. */
export interface KnownPlan {
  readonly size: PlanSize
  readonly stage: AccountType
  /** Stated under `plan`, so that what lies beyond it is an error already. */
  readonly isStated: boolean
  /** `a 50k account`, `a 50k account, as its name says`. */
  readonly words: string
  readonly startingBalance: Usd | null
}

/** `50KTC-V2-…`: the firm's names of Combine accounts carry the size (gateway contract, 2.4). */
export function planOf({ layers: { entry } }: CheckedAccount): KnownPlan | null {
  if (entry === null) return null
  if (entry.plan !== null) {
    const { size, stage, startingBalance } = entry.plan
    return { size, stage: stage ?? entry.type, isStated: true, words: `a ${size} account`, startingBalance }
  }
  const named = typeof entry.id === 'string' ? entry.id : entry.name
  const size = SIZES.find((one) => named.startsWith(`${one.toUpperCase()}TC`))
  if (size === undefined) return null
  const words = `a ${size} account, as its name says`
  return { size, stage: entry.type, isStated: false, words, startingBalance: null }
}

const SIZES = ['50k', '100k', '150k'] as const satisfies readonly PlanSize[]

/** The balance at which the firm closes the account, before profits have raised it (risk rules, 6.0). */
export function firmFloor({ size, stage }: KnownPlan): Usd {
  return subtractUsd(startOfPlan(size, stage), lossBudget(size))
}

/** What may be lost from the first day on, above zero, and how it is called. */
export interface LossRoom {
  readonly left: Usd
  readonly words: string
}

/** What the account may lose until the firm closes it: from its starting balance where that is stated and lies above the floor. */
export function lossRoom(plan: KnownPlan): LossRoom {
  const whole = lossBudget(plan.size)
  const { startingBalance, size, stage } = plan
  const floor = firmFloor(plan)
  if (startingBalance === null || startingBalance <= floor || startingBalance > startOfPlan(size, stage))
    return { left: whole, words: `the maximum loss of ${formatUsd(PLANS[size].maximumLoss)} of ${plan.words}` }
  return {
    left: subtractUsd(startingBalance, floor),
    words: `the firm's floor of ${formatUsd(floor)} from the ${formatUsd(startingBalance)} of ${plan.words}`,
  }
}

function lossBudget(size: PlanSize): Usd {
  return subtractUsd(NO_USD, PLANS[size].maximumLoss)
}

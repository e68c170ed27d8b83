import { formatUsd, type Usd, usd } from '@rm/domain'
import { lossTiers, unitsOfRoot } from '@rm/rules'
import { placeOf } from '../config-node.ts'
import type { CheckedAccount } from '../cross-checks.ts'
import { keyPathOf, type Report } from '../diagnostic.ts'
import { BEST_DAY_SHARE, PLANS, WINNING_DAY } from '../firm-plans.ts'
import { allowedSizes, limitByProduct, rootOf } from './allowed-size.ts'
import { knownProduct } from '../known-products.ts'
import { type KnownPlan, lossRoom, planOf } from './known-plan.ts'
import { lintPlanFit } from './plan-fit.ts'

/** The account against the numbers of its plan, or of the plan that its name tells. */
export function lintFirmLimits(account: CheckedAccount, report: Report): void {
  const plan = planOf(account)
  if (plan === null) return
  lintPlanFit(account, plan, report)
  lintDailyLoss(account, plan, report)
  lintCooldown(account, plan, report)
  lintTargets(account, plan, report)
  lintLots(account, plan, report)
}

function lintDailyLoss({ settings }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const { tree, rules: enabled, general } = settings
  const loss = enabled.daily_realized_loss
  if (loss === undefined || general === null) return
  const { dailyLoss } = PLANS[plan.size]
  const room = lossRoom(plan)
  const path = ['rules', 'daily_realized_loss', 'limit']
  const days = Math.ceil(room.left / -loss.limit)
  if (!plan.isStated && loss.limit < dailyLoss)
    report.warning(placeOf(tree, path), keyPathOf(path), {
      expected: `a loss no larger than the firm's ${formatUsd(dailyLoss)} a day`,
      got: `${formatUsd(loss.limit)} for ${plan.words}`,
      why: 'where the firm applies its daily limit, it ends the day before this one does',
      fix: 'tighten the limit, or state the plan in accounts.yaml',
    })
  if (days <= DAYS_TOO_FEW)
    report.add(days <= 1 ? 'warning' : 'notice', placeOf(tree, path), keyPathOf(path), {
      expected: `a loss of which the account survives more than ${DAYS_TOO_FEW} days`,
      got: `${days} ${days === 1 ? 'day' : 'days'} at ${formatUsd(loss.limit)} reach ${room.words}`,
      why: 'when the maximum loss is reached, the firm closes the account for good',
      fix: 'tighten the limit, unless this is meant',
    })
  if (plan.stage !== 'practice' || loss.limit < dailyLoss) return
  // The firm applies its daily limit to practice accounts, not to those of 2024-08-25 and later in its programmes (risk rules, 6.0).
  const left = usd(loss.limit - dailyLoss)
  const [largest] = allowedSizes(enabled, general)
    .flatMap(({ product, contracts }) => {
      const known = knownProduct(product)
      return known === null ? [] : [{ words: `${contracts} ${known.root}`, tick: usd(known.tickValue * contracts) }]
    })
    .toSorted((a, b) => b.tick - a.tick)
  if (largest === undefined || left >= largest.tick) return
  report.warning(placeOf(tree, path), keyPathOf(path), {
    expected: `at least one tick between the limit and the firm's ${formatUsd(dailyLoss)} a day`,
    got: `${formatUsd(left)} for ${plan.words}; with ${largest.words} one tick is ${formatUsd(largest.tick)}`,
    why: 'a market order fills a little worse than the price that triggered it, and then the firm ends the day',
    fix: `write for example ${tenth(dailyLoss)}, a tenth before the firm's limit`,
  })
}

/** A single loss that ends the account, and would be followed by some minutes of rest. */
function lintCooldown({ settings: { tree, rules: enabled } }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const cooldown = enabled.cooldown_after_loss
  if (cooldown === undefined) return
  const room = lossRoom(plan)
  const first = cooldown.loss_threshold ?? lossTiers(cooldown.loss_thresholds)[0]?.loss_amount
  if (first === undefined || -first < room.left) return
  const path = [
    'rules',
    'cooldown_after_loss',
    cooldown.loss_threshold === undefined ? 'loss_thresholds' : 'loss_threshold',
  ]
  report.warning(placeOf(tree, path), keyPathOf(path), {
    expected: `a loss that the account survives, above ${formatUsd(usd(-room.left))}`,
    got: `${formatUsd(first)} is the smallest loss that locks ${plan.words}`,
    why: 'the firm closes the account for good before the first cooldown',
    fix: 'write a smaller loss',
  })
}

/** What one day may win where the firm looks at single days. */
function lintTargets({ settings }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const { tree, rules: enabled } = settings
  const day = enabled.daily_realized_profit
  const path = ['rules', 'daily_realized_profit', 'target']
  if (plan.stage === 'combine') {
    const { profitTarget } = PLANS[plan.size]
    const best = usd(profitTarget * BEST_DAY_SHARE)
    for (const [at, target] of [
      [path, day?.target],
      // A single position can make the day.
      [
        ['rules', 'max_unrealized_profit', 'target'],
        day === undefined ? enabled.max_unrealized_profit?.target : undefined,
      ],
    ] as const) {
      if (target === undefined || target <= best) continue
      report.notice(placeOf(tree, at), keyPathOf(at), {
        expected: `at most ${formatUsd(best)}, half of what passes the Combine`,
        got: `${formatUsd(target)} is ${Math.ceil((target / profitTarget) * 100)} % of the ${formatUsd(profitTarget)} that ${plan.words} has to win`,
        why: 'a best day of more than half of the whole profit makes the firm ask for more days',
        fix: `write ${amountText(best)} or less, unless this is meant`,
      })
    }
  }
  if (plan.stage !== 'express' || day === undefined || day.target >= WINNING_DAY) return
  report.notice(placeOf(tree, path), keyPathOf(path), {
    expected: `at least ${formatUsd(WINNING_DAY)}, from which on the firm counts a winning day`,
    got: `${formatUsd(day.target)} for ${plan.words}`,
    why: 'days that end at the target never count for a payout',
    fix: `write ${amountText(WINNING_DAY)} or more, unless this is meant`,
  })
}

const DAYS_TOO_FEW = 2

function tenth(limit: Usd): string {
  return amountText(usd((limit * 9) / 10))
}

/** As the files write it. */
function amountText(amount: Usd): string {
  return String(amount / 10_000)
}

/** Without RULE-001 only the limits by product stand between the trader and the firm's refusal. */
function lintLots({ settings }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const { tree, rules: enabled } = settings
  const { lots } = PLANS[plan.size]
  const total = enabled.max_contracts
  const most = total?.weighting === 'contracts' ? lots * MICROS_PER_MINI : lots
  if (total !== undefined) {
    if (plan.isStated || total.limit <= most) return
    const path = ['rules', 'max_contracts', 'limit']
    report.warning(placeOf(tree, path), keyPathOf(path), {
      expected: `at most ${most} (${lots} minis or ${lots * MICROS_PER_MINI} micros)`,
      got: `${total.limit} for ${plan.words}`,
      why: 'the firm refuses more, so the limit would never act',
      fix: 'lower the limit, or state the plan in accounts.yaml',
    })
    return
  }
  for (const product of Object.keys(enabled.max_contracts_per_instrument?.instrument_limits ?? {})) {
    const root = rootOf(product)
    const allowed = limitByProduct(enabled, product)
    // SIL, MBT and MET weigh differently, and the firm does not publish how (risk rules, 6.0).
    if (allowed === null || ODD_WEIGHTS.has(root)) continue
    const lotsOfProduct = (lots * MICROS_PER_MINI) / unitsOfRoot(root)
    if (allowed <= lotsOfProduct) continue
    const path = ['rules', 'max_contracts_per_instrument', 'instrument_limits', product]
    report.warning(placeOf(tree, path), keyPathOf(path), {
      expected: `at most ${lotsOfProduct} ${root}`,
      got: `${allowed} for ${plan.words}`,
      why: 'the firm refuses more, so the limit would never act',
      fix: `write ${lotsOfProduct} or less, or correct the plan in accounts.yaml`,
    })
  }
}

const MICROS_PER_MINI = 10
const ODD_WEIGHTS: ReadonlySet<string> = new Set(['SIL', 'MBT', 'MET'])

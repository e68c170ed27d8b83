import { formatUsd, subtractUsd } from '@rm/domain'
import { placeOf } from '../config-node.ts'
import type { CheckedAccount } from '../cross-checks.ts'
import { type Complaint, keyPathOf, type Report } from '../diagnostic.ts'
import { EXPRESS_LOTS_AT_START, startOfPlan } from '../firm-plans.ts'
import { firmFloor, type KnownPlan } from './known-plan.ts'

/** Whether what is stated of the plan fits together: its stage, its starting balance, and the lots that it begins with. */
export function lintPlanFit(account: CheckedAccount, plan: KnownPlan, report: Report): void {
  lintStage(account, plan, report)
  lintStartingBalance(account, plan, report)
  lintExpressLots(account, plan, report)
}

function lintStage({ layers }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const { entry } = layers
  if (entry === null || plan.stage === entry.type) return
  remarkOfPlan(layers, 'stage', report, {
    expected: `\`${entry.type}\`, as account_type says`,
    got: `\`${plan.stage}\``,
    why: "the firm's limits depend on the programme, and an account is in one of them only",
    fix: 'correct the one that is wrong, or leave `stage` out',
  })
}

function lintStartingBalance({ layers }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const { size, stage, startingBalance } = plan
  const start = startOfPlan(size, stage)
  if (startingBalance === null || startingBalance === start) return
  const floor = firmFloor(plan)
  const programme = `${PROGRAMME[stage]} of ${size}`
  if (startingBalance > floor && startingBalance < start) {
    report.notice(...placeInPlan(layers, 'starting_balance'), {
      expected: `${formatUsd(start)}, with which ${programme} begins`,
      got: `${formatUsd(startingBalance)}, of which ${formatUsd(subtractUsd(startingBalance, floor))} are left to the firm's floor of ${formatUsd(floor)}`,
      why: 'limits are compared with what is left, not with the whole maximum loss',
      fix: 'nothing, if the account has lost the rest already',
    })
    return
  }
  remarkOfPlan(layers, 'starting_balance', report, {
    expected: `${formatUsd(start)}, with which ${programme} begins`,
    got:
      startingBalance > start
        ? formatUsd(startingBalance)
        : `${formatUsd(startingBalance)}, at or below the firm's floor of ${formatUsd(floor)}`,
    why:
      startingBalance > start
        ? 'such a balance does not belong to the plan, so limits are compared with figures of another one'
        : 'the firm has closed an account with such a balance',
    fix: `write ${start / UNITS_PER_DOLLAR}, or correct \`size\` or \`stage\``,
  })
}

/** An Express account may hold more only after it has won something. */
function lintExpressLots({ settings }: CheckedAccount, plan: KnownPlan, report: Report): void {
  const total = settings.rules.max_contracts
  if (plan.stage !== 'express' || total === undefined) return
  const lots = EXPRESS_LOTS_AT_START[plan.size]
  const most = total.weighting === 'contracts' ? lots * MICROS_PER_MINI : lots
  if (total.limit <= most) return
  const path = ['rules', 'max_contracts', 'limit']
  report.notice(placeOf(settings.tree, path), keyPathOf(path), {
    expected: `at most ${most} (${lots} minis or ${lots * MICROS_PER_MINI} micros) at the start of an Express account`,
    got: `${total.limit} for ${plan.words}`,
    why: 'the firm allows more only when the balance has grown, so until then the limit never acts',
    fix: `write ${most} until the firm allows more, unless this is meant`,
  })
}

const PROGRAMME = { practice: 'a practice account', combine: 'a Combine', express: 'an Express account' } as const
const MICROS_PER_MINI = 10
const UNITS_PER_DOLLAR = 10_000

function remarkOfPlan(layers: CheckedAccount['layers'], key: string, report: Report, complaint: Complaint): void {
  report.warning(...placeInPlan(layers, key), complaint)
}

function placeInPlan(
  { entryNode, path }: CheckedAccount['layers'],
  key: string,
): readonly [ReturnType<typeof placeOf>, string] {
  return [placeOf(entryNode, ['plan', key]), keyPathOf([...path, 'plan', key])]
}

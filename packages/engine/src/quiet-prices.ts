import { type AccountView, type ContractId, type PositionSide, sideOf, ticks, type Ticks } from '@rm/domain'
import { evaluatePricedRules, managedOrders, managementAfter, type RuleContext, sameManagedOrders } from '@rm/rules'
import { isValuedByPrice, movedView } from '@rm/state/book'
import { isTrusted } from './account-state.ts'
import { managementInForce } from './cycle-memory.ts'
import { dueWarnings, ruleContextOf } from './judge.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Prices at which a position could be closed, both ends among them: bids for a long position, asks for a short one. */
export interface QuietRange {
  readonly side: PositionSide
  readonly low: Ticks
  readonly high: Ticks
}

/** For every contract that is held. */
export type QuietPrices = ReadonlyMap<ContractId, QuietRange>

/** How far prices may go, in ticks, the widest first. Wider ones save more turns and are seldom true near a limit (a guess). */
const WIDTHS = [64, 8, 0] as const

/**
 * Among which prices no quote can change anything about the account, so that quotes there need no turn. `null`: it has to look at each.
 *
 * What rules make of a price is monotone: what they find when all positions have lost so many ticks, they find at the latest there, and
 * likewise for profits. So it is enough to let them look at both ends, with no knowledge of any rule. What depends on time has its own
 * wake-up, and an account that is pursuing, breached, blind or in doubt has no quiet prices at all.
 */
export function quietPrices(draft: TurnDraft, view: AccountView): QuietPrices | null {
  if (!isCalm(draft) || !isValuedByPrice(view)) return null
  const context = ruleContextOf(draft)
  const lost = WIDTHS.find((width) => isQuiet(draft, view, movedView(view, -width), context))
  if (lost === undefined) return null
  const won = WIDTHS.find((width) => isQuiet(draft, view, movedView(view, width), context))
  if (won === undefined || lost + won === 0) return null
  const quiet = new Map<ContractId, QuietRange>()
  for (const { contractId, signedSize, exit } of view.positions) {
    const side = sideOf(signedSize)
    if (side === null || exit === null) return null
    const [below, above] = side === 'long' ? [lost, won] : [won, lost]
    quiet.set(contractId, { side, low: ticks(exit.current - below), high: ticks(exit.current + above) })
  }
  return quiet
}

function isCalm({ state, context }: TurnDraft): boolean {
  return (
    isTrusted(state.trust) &&
    context.journalWritable &&
    state.halted === null &&
    state.blind.length === 0 &&
    state.breaches.size === 0 &&
    state.goals.length === 0 &&
    state.inFlight.length === 0
  )
}

/** Whether nothing would be found, warned of, remembered or ordered at the moved prices that is not so already. */
function isQuiet(draft: TurnDraft, view: AccountView, moved: AccountView, context: RuleContext): boolean {
  for (const { rule, verdict } of evaluatePricedRules(draft.context.policy.rules, moved, context)) {
    if (verdict.findings.length > 0 || verdict.blind.length > 0) return false
    if (verdict.use !== null && dueWarnings(draft, rule, verdict.use, moved.day.label).length > 0) return false
  }
  const settings = managementInForce(draft)
  if (settings === null) return true
  return moved.positions.every((position, index) => {
    const unmoved = view.positions[index]
    return (
      unmoved !== undefined &&
      managementAfter(settings, position) === position.management &&
      sameManagedOrders(managedOrders(settings, position, moved.orders), managedOrders(settings, unmoved, view.orders))
    )
  })
}

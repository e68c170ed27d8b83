import type { EnabledRules } from '@rm/rules'
import { type MapNode, nodeAt, placeOf } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { describe } from './explain-issues.ts'

const BLOCK = ['rules', 'trade_management']

/** Parts of RULE-012 that are allowed and do not fit each other: a stop that could never stand, or that lies beyond the entry at first. */
export function checkTradeManagement(
  tree: MapNode,
  { trade_management: settings }: EnabledRules,
  report: Report,
): void {
  if (settings === undefined) return
  const {
    auto_stop_loss: stopLoss,
    auto_take_profit,
    auto_breakeven,
    trailing_stop: trail,
    min_gap_ticks: gap,
  } = settings
  const warn = (path: readonly string[], expected: string, why: string, fix: string): void => {
    const at = [...BLOCK, ...path]
    const node = nodeAt(tree, at)
    const got = node === null ? 'nothing' : describe(node, at)
    report.warning(placeOf(tree, at), keyPathOf(at), { expected, got, why, fix })
  }
  if (![stopLoss, auto_take_profit, auto_breakeven, trail].some((part) => part.enabled))
    warn([], 'a part that is on', 'each part is off unless it is turned on, so the rule does nothing', 'enable a part')
  if (trail.enabled && trail.activation_ticks < trail.trail_distance_ticks)
    warn(
      ['trailing_stop', 'activation_ticks'],
      `at least trail_distance_ticks (${trail.trail_distance_ticks})`,
      'the first stop would lie on the losing side of the entry',
      `write ${trail.trail_distance_ticks} or more`,
    )
  const distances = [
    { part: 'auto_stop_loss', key: 'distance_ticks', isOn: stopLoss.enabled, ticks: stopLoss.distance_ticks },
    { part: 'trailing_stop', key: 'trail_distance_ticks', isOn: trail.enabled, ticks: trail.trail_distance_ticks },
  ]
  for (const { part, key, isOn, ticks } of distances) {
    if (!isOn || ticks >= gap) continue
    const why = 'a stop nearer to the market is not placed; the position would be closed once the market reaches it'
    warn([part, key], `at least min_gap_ticks (${gap})`, why, `write ${gap} or more`)
  }
}

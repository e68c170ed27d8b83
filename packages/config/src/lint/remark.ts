import { isGiven, placeOf } from '../config-node.ts'
import { type Complaint, keyPathOf, type Report } from '../diagnostic.ts'
import type { RiskSettings } from '../risk-settings.ts'

/** Says something of a setting, at its rule where it is not written. */
export function remark(
  severity: 'warning' | 'notice',
  { tree }: RiskSettings,
  path: readonly PropertyKey[],
  report: Report,
  complaint: Complaint,
): void {
  const known = isGiven(tree, path) ? path : path.slice(0, 2)
  report.add(severity, placeOf(tree, known), keyPathOf(path), complaint)
}

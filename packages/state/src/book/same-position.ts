import type { Instant, Position } from '@rm/domain'
import { STAMP_ROUNDING_MS } from './cycles.ts'

/** Whether two reports say the same about a position. Of a flat one only the size matters. */
export function samePosition(a: Position, b: Position): boolean {
  if (a.signedSize !== b.signedSize) return false
  return a.signedSize === 0 || (a.averagePrice === b.averagePrice && isSameStamp(a.openedAt, b.openedAt))
}

function isSameStamp(a: Instant, b: Instant): boolean {
  return Math.abs(a - b) <= STAMP_ROUNDING_MS
}

import { type Baseline, ContractId } from '@rm/domain'
import { z } from 'zod'

/** What a lockout or goal lets stand, as pairs of contract and signed size. */
export const baselineJson = z.array(z.tuple([ContractId, z.int()])).transform((pairs): Baseline => new Map(pairs))

export function baselinePairs(baseline: Baseline): [string, number][] {
  return [...baseline]
}

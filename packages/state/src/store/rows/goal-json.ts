import { ContractId, type Goal, OrderId } from '@rm/domain'
import { z } from 'zod'
import { baselineJson, baselinePairs } from './baseline.ts'

/** A goal as JSON. */
export const goalJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flat-account') }),
  z.object({ kind: z.literal('flat-product'), product: z.string() }),
  z.object({ kind: z.literal('flat-contract'), contractId: ContractId }),
  z.object({
    kind: z.literal('cap'),
    contractId: ContractId,
    side: z.enum(['long', 'short']),
    contracts: z.int(),
  }),
  z.object({ kind: z.literal('reduce-only'), baseline: baselineJson, product: z.string().exactOptional() }),
  z.object({ kind: z.literal('order-cancelled'), orderId: OrderId }),
]) satisfies z.ZodType<Goal>

/** The form that {@link goalJson} reads; a kind of goal that it lacks does not compile. */
export function plainGoal(goal: Goal): z.input<typeof goalJson> {
  return goal.kind === 'reduce-only' ? { ...goal, baseline: baselinePairs(goal.baseline) } : goal
}

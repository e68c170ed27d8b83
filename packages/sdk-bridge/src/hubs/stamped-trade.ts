import { z } from 'zod'
import { type TradeMessage, tradeSchema } from '../wire.ts'

/** A trade with its creation stamp as it was sent: the guard against half-turns that come twice compares all its digits. */
export interface StampedTrade {
  readonly message: TradeMessage
  readonly stampText: unknown
}

export const stampedTradeSchema: z.ZodType<StampedTrade> = z.transform((value: unknown, context): StampedTrade => {
  const parsed = tradeSchema.safeParse(value)
  if (parsed.success && typeof value === 'object' && value !== null && 'creationTimestamp' in value) {
    return { message: parsed.data, stampText: value.creationTimestamp }
  }
  for (const { message, path } of parsed.error?.issues ?? [])
    context.issues.push({ code: 'custom', message, path, input: value })
  return z.NEVER
})

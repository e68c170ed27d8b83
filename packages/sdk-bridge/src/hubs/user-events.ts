import type { AccountEvent } from '@rm/domain'
import type { z } from 'zod'
import { accountOf, hasNegativeSize, orderOf, PayloadFault, positionOf, tradeOf } from '../to-domain.ts'
import { accountSchema, decodeHubArgument, orderSchema, positionSchema, type UserTopic } from '../wire.ts'
import { stampedTradeSchema } from './stamped-trade.ts'

type UserEvent = Extract<
  AccountEvent,
  { readonly kind: 'account-changed' | 'order-changed' | 'position-changed' | 'trade-reported' }
>

/** One element of a callback of the user hub: an event, or why it is none. */
export type DecodedUserEvent =
  | {
      readonly ok: true
      readonly event: UserEvent
      /** The size came negative, which nobody documents; its magnitude and the type were used. */
      readonly negativeSize: boolean
    }
  | { readonly ok: false; readonly reason: string; readonly raw: unknown }

/** What the user hub says, in words of the domain. Never throws for a payload; nothing is dropped. */
export function decodeUserEvents(topic: UserTopic, argument: unknown, receivedMs: number): readonly DecodedUserEvent[] {
  return DECODERS[topic](argument, receivedMs)
}

type Decoder = (argument: unknown, receivedMs: number) => readonly DecodedUserEvent[]

const DECODERS: { readonly [Topic in UserTopic]: Decoder } = {
  accounts: decoder(accountSchema, (message, receivedMs) => {
    const account = accountOf(message)
    return { kind: 'account-changed', accountId: account.id, account, receivedMs }
  }),
  orders: decoder(orderSchema, (message, receivedMs) => {
    const order = orderOf(message)
    return { kind: 'order-changed', accountId: order.accountId, order, receivedMs }
  }),
  positions: decoder(
    positionSchema,
    (message, receivedMs) => {
      const position = positionOf(message)
      return { kind: 'position-changed', accountId: position.accountId, position, receivedMs }
    },
    hasNegativeSize,
  ),
  trades: decoder(stampedTradeSchema, ({ message, stampText }, receivedMs) => {
    const trade = tradeOf(message, stampText)
    return { kind: 'trade-reported', accountId: trade.accountId, trade, receivedMs }
  }),
}

function decoder<Message>(
  schema: z.ZodType<Message>,
  eventOf: (message: Message, receivedMs: number) => UserEvent,
  isNegative: (message: Message) => boolean = () => false,
): Decoder {
  return (argument, receivedMs) =>
    decodeHubArgument(schema, argument).map((decoded): DecodedUserEvent => {
      if (!decoded.ok) return decoded
      try {
        return { ok: true, event: eventOf(decoded.value, receivedMs), negativeSize: isNegative(decoded.value) }
      } catch (error) {
        if (!(error instanceof PayloadFault)) throw error
        return { ok: false, reason: error.message, raw: argument }
      }
    })
}

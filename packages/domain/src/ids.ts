import { z } from 'zod'

/** A trading account at the firm; int32 at the gateway. */
export const AccountId = z.int().positive().brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>

/** A listed future with its month, `CON.F.US.MNQ.Z26`. */
export const ContractId = z.string().min(1).brand<'ContractId'>()
export type ContractId = z.infer<typeof ContractId>

/** int64 at the gateway and above 2^31 in production; safe as a JavaScript number. */
export const OrderId = z.int().positive().brand<'OrderId'>()
export type OrderId = z.infer<typeof OrderId>

/** The gateway's id of one execution; the key under which a trade counts once. */
export const TradeId = z.int().positive().brand<'TradeId'>()
export type TradeId = z.infer<typeof TradeId>

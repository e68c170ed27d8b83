import type { Command } from './command.ts'
import type { ContractSpec } from './contract.ts'
import type { ContractId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { LockoutEffect } from './lockout.ts'
import type { OrderSide, OrderType } from './order.ts'
import type { Ticks } from './ticks.ts'
import type { Usd } from './usd.ts'

/** Something that happens to the account of a drill. Ids and stamps are given when it is told. */
export type DrillStep =
  | {
      readonly kind: 'position-is'
      readonly contract: ContractSpec
      readonly signedSize: number
      readonly averagePrice: number
    }
  /** An order of its own, filled whole. `realizedPnl` is `null` for an entry. */
  | {
      readonly kind: 'order-filled'
      readonly contract: ContractSpec
      readonly side: OrderSide
      readonly contracts: number
      readonly price: number
      readonly realizedPnl: Usd | null
    }
  | {
      readonly kind: 'order-works'
      readonly contract: ContractSpec
      readonly type: Extract<OrderType, 'limit' | 'stop'>
      readonly side: OrderSide
      readonly contracts: number
      readonly price: number
    }
  /** The firm allows the account to trade, or bars it. */
  | { readonly kind: 'trading-is'; readonly isAllowed: boolean }
  | { readonly kind: 'price-is'; readonly contract: ContractSpec; readonly bid: Ticks; readonly ask: Ticks }
  | { readonly kind: 'time-passes'; readonly until: Instant }

/** A request that the drill has to lead to. */
export interface DrilledCommand {
  readonly kind: Command['kind']
  readonly contractId: ContractId
  /** Of a reduction, and of an order that is placed or changed. */
  readonly contracts?: number
}

/**
 * How a rule is driven to breach on an account that exists inside the process alone, with the settings that are in force: what happens,
 * and what has to be planned then. The proof that a rule is alive is that it does.
 */
export interface Drill {
  readonly startsAt: Instant
  readonly steps: readonly DrillStep[]
  readonly commands: readonly DrilledCommand[]
  /** The rule acts without a breach: it keeps orders in place (RULE-012). */
  readonly isAutomation?: true
  /** The lockout of the rule that has to stand in the end, if one does. */
  readonly lockout: LockoutEffect | null
}

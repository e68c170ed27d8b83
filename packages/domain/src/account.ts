import type { AccountId } from './ids.ts'
import type { Usd } from './usd.ts'

/** An account as the gateway reports it (gateway contract 2.4). */
export interface Account {
  readonly id: AccountId
  /** Carries the programme: `PRAC-…`, `50KTC-…`, `EXPRESS-…`. */
  readonly name: string
  /** Realized cash after costs, open P&L excluded. `null` when the gateway did not say. */
  readonly balance: Usd | null
  /** `false`: the firm refuses new orders. */
  readonly canTrade: boolean
  /** Where orders execute. On `false` the gateway refuses our cancels and closes. `null` when it did not say. */
  readonly simulated: boolean | null
  readonly visible: boolean
}

const SHOWN_CHARACTERS = 4

/** `…1001`: enough of an account's number or name for whoever owns it, and nothing for others. */
export function shortAccountName(whole: AccountId | string): string {
  return `…${String(whole).slice(-SHOWN_CHARACTERS)}`
}

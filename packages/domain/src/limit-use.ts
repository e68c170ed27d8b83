import type { RuleCode } from './rule-code.ts'
import type { Usd } from './usd.ts'

/** One limit of a rule, and how much of it is used: what a trader wants to know before the next order. */
export type LimitUse = {
  readonly rule: RuleCode
  /** What is limited, in words: `loss of the day`, `MNQ`, `trades in a minute`. */
  readonly what: string
  /** A target is reached gladly. */
  readonly kind: 'limit' | 'target'
} & (
  | {
      readonly unit: 'usd'
      /** `null` while nobody knows it. Negative: the trader is on the other side of zero. */
      readonly used: Usd | null
      /** Above zero, also where the setting is a loss. */
      readonly limit: Usd
    }
  | {
      /** Milliseconds for `time`. */
      readonly unit: 'contracts' | 'trades' | 'time'
      readonly used: number
      readonly limit: number
    }
)

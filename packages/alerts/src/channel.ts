import type { ChannelName } from '@rm/config'
import type { Severity } from '@rm/domain'

/** What is told of one alert at one moment. Nothing in it is a secret; the account is written as the settings allow. */
export interface Notice {
  /** The incident. With {@link revision} it tells a repetition from news: delivery is at least once. */
  readonly id: string
  readonly revision: number
  /** `again`: nothing new, and nobody has acknowledged it. */
  readonly kind: 'begun' | 'update' | 'again' | 'over' | 'test'
  readonly severity: Severity
  /** The condition, or the rule. */
  readonly code: string
  readonly account: string | null
  /** ISO 8601, of the business clock. */
  readonly at: string
  readonly begunAt: string
  readonly seenCount: number
  readonly text: string
  readonly details: readonly string[]
}

/** A way by which alerts leave this machine. */
export interface Channel {
  readonly name: ChannelName
  /** The mildest alerts that it gets. */
  readonly minSeverity: Severity
  /** What fits into one message. */
  readonly noticesMax: number
  /**
   * Tells these in one message, and resolves when the receiver has taken it over.
   *
   * @param deadlineMs - milliseconds for all of it
   * @throws ChannelFault
   */
  send(notices: readonly Notice[], deadlineMs: number): Promise<void>
}

/** A message was not delivered. The text tells the receiver's host at most: an address may be a credential. */
export class ChannelFault extends Error {
  override readonly name = 'ChannelFault'
  /** Milliseconds that the receiver wants to be left alone; `null`: it did not say. */
  readonly retryAfterMs: number | null

  constructor(message: string, retryAfterMs: number | null = null, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

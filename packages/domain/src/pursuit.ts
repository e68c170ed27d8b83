import type { Command, CommandOutcome } from './command.ts'
import type { Goal } from './goal.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'

/**
 * Where a pursued goal stands. `reached`: our action, verified. `moot`: it was true already, verified. `escalated`: past its deadline,
 * a human was called, still pursued (reliability S-02).
 */
export type PursuitState = 'pursued' | 'escalated' | 'reached' | 'moot'

/** A goal that the enforcer works on until it has been reached once, even if the lockout behind it ends first (risk rules, 1.5). */
export interface PursuedGoal {
  /** Unique and stable over restarts. */
  readonly id: string
  readonly accountId: AccountId
  /** What demanded it: a breach, or a lockout that was violated again. */
  readonly origin: { readonly kind: 'breach' | 'lockout'; readonly id: string }
  readonly goal: Goal
  readonly begunAt: Instant
  /** After this it escalates. */
  readonly deadline: Instant
  readonly state: PursuitState
  readonly endedAt: Instant | null
}

/**
 * Where a command stands. `sending` is written before the request leaves (write-ahead). `in-doubt`: the gateway may have acted.
 * `effective`: its effect was observed. `superseded`: observation showed that it is not needed or did not work; a new one may follow.
 */
export type CommandState = 'sending' | 'acked' | 'refused' | 'in-doubt' | 'not-sent' | 'effective' | 'superseded'

/** What a breach says of an enforcement, said of a request that answers none. */
export interface OrderReason {
  /** One plain sentence with the numbers. */
  readonly message: string
  readonly measured: string
  readonly limit: string
  /** What happened in the turn that decided it, `quote-merged CON.F.US.MNQ.Z26`. */
  readonly cause: string
  /** Digest of the configuration that was in force. */
  readonly configuration: string
}

/** One request, from intent to the observation that settled it. */
export interface CommandRecord {
  /** Unique and stable over restarts. */
  readonly id: string
  /** The goal that it serves; `null`: it keeps an order of RULE-012 as it must stand, which is no goal of a breach. */
  readonly goalId: string | null
  /** Why an order of RULE-012 is placed, moved or removed; `null` for a request that serves a goal, whose breach or lockout says why. */
  readonly reason: OrderReason | null
  readonly command: Command
  /** Counts the requests for the same goal and target, from 1. */
  readonly attempt: number
  readonly state: CommandState
  readonly sentAt: Instant
  /** The gateway's answer, when there was one. */
  readonly outcome: CommandOutcome | null
  /** Milliseconds from request to answer. */
  readonly latencyMs: number | null
  readonly settledAt: Instant | null
  /** What settled it, in words: `position-changed`, `snapshot`. */
  readonly settledBy: string | null
}

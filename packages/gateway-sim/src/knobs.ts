import { z } from 'zod'

export type TokenExpiry = 'true' | 'missing' | 'absurd'

/**
 * Behaviours of the real gateway that nobody has published or that were seen both ways. A test sets them so that the daemon is held to both
 * readings.
 */
export interface Knobs {
  /** `{action, data}` around user hub entities; otherwise the bare entity of the public documentation. */
  readonly wrapper: boolean
  /** Another array around the callback's argument. */
  readonly array: boolean
  readonly pascalCase: boolean
  /** Hubs leave null fields out. */
  readonly omitNulls: boolean
  readonly numbersAsText: boolean
  /** Who subscribes twice receives twice. */
  readonly duplicateSubscriptions: boolean
  readonly snapshotOnSubscribe: boolean
  readonly pingMs: number
  readonly clientTimeoutMs: number
  readonly handshakeTimeoutMs: number
  /** For tokens issued from now on. */
  readonly tokenLifetimeMs: number
  /** What tokens issued from now on say of their end: the truth, nothing, or a day in the year 1970. */
  readonly tokenExpiry: TokenExpiry
  /** The token that was renewed stays good until its own expiry. */
  readonly oldTokenSurvivesValidate: boolean
  /** A live socket is cut when its token expires. */
  readonly cutSocketsAtExpiry: boolean
  /** A new login ends the user's other sessions with `GatewayLogout`. */
  readonly singleSession: boolean
  /** `Retry-After` on 429. */
  readonly retryAfter: boolean
  /** Authenticated calls of a user in any 60 s, bars apart. */
  readonly callLimit: number
  /** Bar requests of a user in any 30 s. */
  readonly barsLimit: number
}

/** What was recorded most, and the timers of a real server. */
const defaultKnobs: Knobs = {
  wrapper: true,
  array: false,
  pascalCase: false,
  omitNulls: true,
  numbersAsText: false,
  duplicateSubscriptions: false,
  snapshotOnSubscribe: false,
  pingMs: 15_000,
  clientTimeoutMs: 30_000,
  handshakeTimeoutMs: 15_000,
  tokenLifetimeMs: 86_400_000,
  tokenExpiry: 'true',
  oldTokenSurvivesValidate: true,
  cutSocketsAtExpiry: false,
  singleSession: false,
  retryAfter: false,
  callLimit: 200,
  barsLimit: 50,
}

const flag = z.boolean().exactOptional()
const calls = z.int().positive().exactOptional()
const milliseconds = z.number().positive().exactOptional()

/** Any of the knobs. */
export const knobChangesSchema = z.strictObject({
  wrapper: flag,
  array: flag,
  pascalCase: flag,
  omitNulls: flag,
  numbersAsText: flag,
  duplicateSubscriptions: flag,
  snapshotOnSubscribe: flag,
  pingMs: milliseconds,
  clientTimeoutMs: milliseconds,
  handshakeTimeoutMs: milliseconds,
  tokenLifetimeMs: milliseconds,
  tokenExpiry: z.enum(['true', 'missing', 'absurd']).exactOptional(),
  oldTokenSurvivesValidate: flag,
  cutSocketsAtExpiry: flag,
  singleSession: flag,
  retryAfter: flag,
  callLimit: calls,
  barsLimit: calls,
} satisfies { readonly [Knob in keyof Knobs]: z.ZodType<Knobs[Knob] | undefined> })
export type KnobChanges = Partial<Knobs>

/** The knobs as they stand now. */
export class KnobBoard {
  #knobs: Knobs

  constructor(changes: KnobChanges) {
    this.#knobs = { ...defaultKnobs, ...changes }
  }

  get now(): Knobs {
    return this.#knobs
  }

  turn(changes: KnobChanges): void {
    this.#knobs = { ...this.#knobs, ...changes }
  }
}

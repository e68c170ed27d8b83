import { RmError } from '@rm/domain'
import type { BridgeLog } from './bridge-log.ts'
import type { QuarantinedPayload } from './quarantine.ts'

/** All that the bridge is told. Everything it needs from outside the gateway (clocks, dice, log) comes in here. */
export interface GatewayOptions {
  /** Base of the REST paths, without `/api`. */
  readonly apiUrl: string
  readonly userHubUrl: string
  readonly marketHubUrl: string
  readonly credentials: Credentials
  /** `simulator`: business time is whatever the gateway announces, however far from the machine's. */
  readonly environment: Environment
  readonly timeouts: Timeouts
  readonly rateBudget: RateBudgetSettings
  readonly retry: RetrySettings
  readonly reconnect: ReconnectSettings
  readonly circuitBreaker: CircuitBreakerSettings
  /** Share of a token's life that is left when it is renewed. */
  readonly renewAtFractionLeft: number
  /** A PEM file with certificates that are trusted beside the system's. */
  readonly caFile: string | null
  /** The machine's wall clock, epoch ms. Only ever compared with the gateway's. */
  readonly wallClock: () => number
  /** Monotonic milliseconds. */
  readonly monotonic: () => number
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number
  readonly log: BridgeLog
  readonly traffic: TrafficSettings
  /** Gets a line for each request that {@link TrafficSettings} ask for. */
  readonly trafficLog: BridgeLog
  /** Gets what could not be decoded, at most one a second on average. */
  readonly quarantine: (payload: QuarantinedPayload) => void
}

export type Environment = 'production' | 'simulator'

/** The ProjectX dashboard user name and an API key. Never logged. */
export interface Credentials {
  readonly userName: string
  readonly apiKey: string
}

export interface Timeouts {
  /** Until a connection stands. */
  readonly connectMs: number
  /** Until a sent read is answered. */
  readonly requestMs: number
  /** From the wish to send a mutation to its answer, everything included (reliability G-08). */
  readonly mutationMs: number
  /** A hub without any byte for that long is dead. */
  readonly hubSilenceMs: number
}

/** Requests that the gateway allows in any window, and how many of them only enforcement may use. */
export interface RateBudgetSettings {
  readonly windowMs: number
  readonly requests: number
  readonly reservedForEnforcement: number
}

/** For reads only; a mutation is never repeated here. */
export interface RetrySettings {
  readonly maxAttempts: number
  readonly baseMs: number
  readonly multiplier: number
  readonly maxMs: number
}

/** Of the hubs. The number of attempts has no limit. */
export interface ReconnectSettings {
  readonly initialMs: number
  readonly maxMs: number
}

/** For reconciling and background reads only, never for enforcement and its verification. */
export interface CircuitBreakerSettings {
  readonly failures: number
  /** The longest pause; the first one is a second. */
  readonly openMs: number
  /** Reads that may try at once, when a pause is over, whether the gateway is back. */
  readonly halfOpen: number
}

/** What is told of single requests. Keys and tokens are masked whatever stands here. */
export interface TrafficSettings {
  /** Each request: route, duration and outcome. */
  readonly requests: boolean
  /** The same, with the text of the answer. */
  readonly responses: boolean
  /** A request that takes as long or longer is a warning. */
  readonly slowMs: number
}

/**
 * The URL, if it may carry a token: https, or anything on the loopback.
 *
 * @throws RmError `CONFIG_INVALID`
 */
export function secureUrl(key: string, text: string): URL {
  const url = URL.parse(text.replace(/^ws(s?):/, 'http$1:'))
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RmError('CONFIG_INVALID', `${key} is not an https URL: ${text}`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new RmError('CONFIG_INVALID', `${key} must use https, only the loopback may do without: ${text}`)
  }
  return url
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

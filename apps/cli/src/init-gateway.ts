import type { Account } from '@rm/domain'
import { createGateway, type Environment } from '@rm/sdk-bridge'
import { monotonicMs, wallNow } from './system-clock.ts'

/** Where a gateway is reached, and whose clock counts there. */
export interface GatewayPlace {
  readonly environment: Environment
  readonly apiUrl: string
  readonly userHubUrl: string
  readonly marketHubUrl: string
  /** A certificate authority beside the system's. */
  readonly caFile: string | null
}

export interface Login {
  readonly userName: string
  readonly apiKey: string
}

/**
 * Logs in once and lists the accounts of the login. Nothing is changed at the gateway.
 *
 * @throws RmError `GATEWAY_AUTH_REJECTED`, `GATEWAY_UNREACHABLE`, `GATEWAY_PROTOCOL`, or `CONFIG_INVALID` for an address that may
 *   not carry a key
 */
export async function accountsOf(place: GatewayPlace, login: Login): Promise<readonly Account[]> {
  const gateway = createGateway({ ...place, ...PACE, credentials: login })
  try {
    await gateway.login()
    return await gateway.accounts()
  } finally {
    await gateway.stop()
  }
}

/** Two requests and no hub: of the shipped api_config.yaml only the patience for an answer matters here. */
const PACE = {
  timeouts: { connectMs: 10_000, requestMs: 5_000, mutationMs: 3_000, hubSilenceMs: 30_000 },
  rateBudget: { windowMs: 60_000, requests: 200, reservedForEnforcement: 60 },
  retry: { maxAttempts: 3, baseMs: 250, multiplier: 2, maxMs: 10_000 },
  reconnect: { initialMs: 0, maxMs: 30_000 },
  circuitBreaker: { failures: 5, openMs: 30_000, halfOpen: 1 },
  renewAtFractionLeft: 0.25,
  wallClock: wallNow,
  monotonic: monotonicMs,
  random: Math.random,
  // What fails is told by the error; nobody reads a log of two requests.
  log: { write: () => {} },
  traffic: { requests: false, responses: false, slowMs: 5_000 },
  trafficLog: { write: () => {} },
  quarantine: () => {},
} as const

import type { LoadedConfig } from '@rm/config'
import { createGateway, type Gateway } from '@rm/sdk-bridge'
import { monotonicMs, wallClockMs } from '../../system-clock.ts'

/** For nothing that is sent here: only reads are. */
const MUTATION_MS = 3_000

/** What fails is told by the error; nobody reads a log of a few reads. */
const SILENT = { write: (): void => {} }

/** The gateway that the daemon would be deployed against, asked as the daemon would ask it. Nobody has logged in yet. */
export function configuredGateway({ api, credentials }: LoadedConfig): Gateway {
  const { budget: requests, windowMs, reservedForEnforcement } = api.rateLimit
  return createGateway({
    apiUrl: api.apiUrl,
    userHubUrl: api.userHubUrl,
    marketHubUrl: api.marketHubUrl,
    credentials: { userName: credentials.userName, apiKey: credentials.apiKey.reveal() },
    environment: api.environment,
    timeouts: { ...api.timeouts, mutationMs: MUTATION_MS },
    rateBudget: { windowMs, requests, reservedForEnforcement },
    retry: api.retry,
    reconnect: api.reconnect,
    circuitBreaker: api.circuitBreaker,
    renewAtFractionLeft: api.token.renewAtFractionLeft,
    caFile: api.tls.caFile,
    wallClock: wallClockMs,
    monotonic: monotonicMs,
    random: Math.random,
    log: SILENT,
    traffic: { ...api.logging, requests: false, responses: false },
    trafficLog: SILENT,
    quarantine: () => {},
  })
}

import type { GatewayOptions } from '@rm/sdk-bridge'
import type { Configured } from './boot-stages.ts'
import { bridgeLog, trafficLog } from './bridge-log.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'

/** Total deadline of a request that changes something (reliability G-08). */
const MUTATION_MS = 3_000

/** How the gateway is reached, by the configuration. */
export function gatewayOptions(
  { config, lines }: Pick<Configured, 'config' | 'lines'>,
  quarantine: GatewayOptions['quarantine'],
): GatewayOptions {
  return {
    apiUrl: config.api.apiUrl,
    userHubUrl: config.api.userHubUrl,
    marketHubUrl: config.api.marketHubUrl,
    credentials: { userName: config.credentials.userName, apiKey: config.credentials.apiKey.reveal() },
    environment: config.api.environment,
    timeouts: { ...config.api.timeouts, mutationMs: MUTATION_MS },
    rateBudget: {
      windowMs: config.api.rateLimit.windowMs,
      requests: config.api.rateLimit.budget,
      reservedForEnforcement: config.api.rateLimit.reservedForEnforcement,
    },
    retry: config.api.retry,
    reconnect: config.api.reconnect,
    circuitBreaker: config.api.circuitBreaker,
    renewAtFractionLeft: config.api.token.renewAtFractionLeft,
    caFile: config.api.tls.caFile,
    wallClock: wallClockMs,
    monotonic: monotonicMs,
    random: Math.random,
    log: bridgeLog(lines),
    traffic: config.api.logging,
    trafficLog: trafficLog(lines),
    quarantine,
  }
}

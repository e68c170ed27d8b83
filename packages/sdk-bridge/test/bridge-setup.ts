import type { DomainEvent } from '@rm/domain'
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts'
import type { ScriptedGateway } from './scripted-gateway.ts'

interface LogLine {
  readonly level: string
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface Bridge extends AsyncDisposable {
  readonly gateway: Gateway
  readonly log: readonly LogLine[]
  readonly traffic: readonly LogLine[]
}

export const API_KEY = 'the-key-that-nobody-may-see'

type Overrides = Partial<Omit<GatewayOptions, 'timeouts'>> & { readonly timeouts?: Partial<GatewayOptions['timeouts']> }

/** A bridge to the scripted gateway, with short waits and without jitter. */
export function bridgeTo(far: ScriptedGateway, overrides: Overrides = {}): Bridge {
  const log: LogLine[] = []
  const traffic: LogLine[] = []
  const { timeouts, ...others } = overrides
  const gateway = createGateway({
    apiUrl: far.url,
    userHubUrl: `${far.url}/hubs/user`,
    marketHubUrl: `${far.url}/hubs/market`,
    credentials: { userName: 'trader', apiKey: API_KEY },
    environment: 'simulator',
    rateBudget: { windowMs: 60_000, requests: 200, reservedForEnforcement: 60 },
    retry: { maxAttempts: 3, baseMs: 5, multiplier: 2, maxMs: 20 },
    reconnect: { initialMs: 0, maxMs: 10 },
    circuitBreaker: { failures: 5, openMs: 30_000, halfOpen: 1 },
    renewAtFractionLeft: 0.25,
    caFile: null,
    wallClock: () => Date.now(),
    monotonic: () => performance.now(),
    traffic: { requests: false, responses: false, slowMs: 1_000 },
    trafficLog: { write: (level, message, facts = {}) => traffic.push({ level, message, facts }) },
    quarantine: () => undefined,
    random: () => 0.5,
    log: { write: (level, message, facts = {}) => log.push({ level, message, facts }) },
    ...others,
    timeouts: { connectMs: 2_000, requestMs: 500, mutationMs: 300, hubSilenceMs: 30_000, ...timeouts },
  })
  return { gateway, log, traffic, [Symbol.asyncDispose]: () => gateway.stop() }
}

/** Collects events and waits for some. */
export class EventLog {
  readonly events: DomainEvent[] = []
  #changed = Promise.withResolvers<void>()

  readonly sink = (event: DomainEvent): void => {
    this.events.push(event)
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  of<Kind extends DomainEvent['kind']>(kind: Kind): readonly Extract<DomainEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<DomainEvent, { kind: Kind }> => event.kind === kind)
  }

  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await this.#changed.promise
  }
}

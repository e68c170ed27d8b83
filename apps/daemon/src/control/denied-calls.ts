import type { Role } from '@rm/control-api'
import type { Store } from '@rm/state'
import type { RulesReady } from '../boot-stages.ts'
import { monotonicMs } from '../system-clock.ts'

/** Of one route at most one record in so long: whoever tries in a loop must not fill the trail. */
const RECORDS_APART_MS = 60_000

/** Records who tried what only the administrator may (reliability S-17, X-05). */
export class DeniedCalls {
  readonly #store: Store
  readonly #lines: RulesReady['lines']
  readonly #gateway: RulesReady['gateway']
  readonly #recordedMs = new Map<string, number>()
  #since = 0

  constructor({ store, lines, gateway }: Pick<RulesReady, 'store' | 'lines' | 'gateway'>) {
    this.#store = store
    this.#lines = lines
    this.#gateway = gateway
  }

  count(route: string, role: Role): void {
    this.#since += 1
    const now = monotonicMs()
    if (now - (this.#recordedMs.get(route) ?? Number.NEGATIVE_INFINITY) < RECORDS_APART_MS) return
    this.#recordedMs.set(route, now)
    const detail = { route, role, calls: this.#since }
    this.#since = 0
    this.#store.audit([{ actor: 'trader', action: 'call-denied', subject: route, detail }], this.#gateway.clock.now())
    const facts = { event: 'call-denied', ...detail }
    this.#lines.add({ level: 'warn', message: `Denied: ${route}, asked for by a ${role}`, topic: null, facts })
  }
}

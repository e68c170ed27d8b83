import { unknownProductsOfRules } from '@rm/config'
import type { Clock } from '@rm/domain'
import type { Kernel } from '@rm/engine'
import type { Gateway } from '@rm/sdk-bridge'
import type { Store } from '@rm/state'
import type { LineQueue } from './line-queue.ts'
import type { MonitoredAccount } from './monitored-accounts.ts'

export interface ContractListOptions {
  readonly gateway: Pick<Gateway, 'contracts'> & { readonly clock: Pick<Clock, 'now'> }
  readonly store: Pick<Store, 'saveContracts'>
  readonly kernel: Pick<Kernel, 'heldContracts' | 'handle'>
  readonly monitored: readonly MonitoredAccount[]
  readonly lines: Pick<LineQueue, 'add'>
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number
}

/**
 * Reads the venue's list of contracts beside the start and again when it has become old: a contract that is held before it has come is asked
 * for by itself. The kernel compares each record with the one that it knows.
 */
export class ContractList {
  readonly #options: ContractListOptions
  #ttlMs: number
  #readMs = Number.NEGATIVE_INFINITY

  /** @param ttlMs - records are read again after so long (`cache.contract_ttl_h`) */
  constructor(options: ContractListOptions, ttlMs: number) {
    this.#options = options
    this.#ttlMs = ttlMs
  }

  /** Another age from now on, counted from the last reading. */
  follow(ttlMs: number): void {
    this.#ttlMs = ttlMs
  }

  /** Reads the list if it is due. To be called often; a timer of Node's holds no more than 24 days. */
  async refresh(): Promise<void> {
    const { gateway, store, kernel, monitored, elapsedMs } = this.#options
    if (elapsedMs() - this.#readMs < this.#ttlMs) return
    this.#readMs = elapsedMs()
    try {
      const listed = await gateway.contracts(kernel.heldContracts())
      store.saveContracts(listed, gateway.clock.now())
      for (const contract of listed) kernel.handle({ kind: 'contract-learned', contract, receivedMs: elapsedMs() })
      const accounts = monitored.map((one) => one.configured)
      for (const product of unknownProductsOfRules(accounts, listed))
        this.#warn(`The rules name ${product}, which the gateway does not list`, { event: 'product-unknown', product })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#warn(`The list of contracts could not be read: ${reason}`, { event: 'contracts-unread' })
    }
  }

  #warn(message: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.lines.add({ level: 'warn', message, topic: null, facts })
  }
}

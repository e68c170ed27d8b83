import type { ContractId, ContractSpec } from '@rm/domain'
import type { BridgeLog } from './bridge-log.ts'

/** After a failed or empty look-up the next one waits that long. */
const RETRY_MS = 5_000

export interface ContractBookOptions {
  /** One look-up at the gateway; `null` when it has no such contract. */
  readonly lookUp: (id: ContractId) => Promise<ContractSpec | null>
  /** A look-up brought a contract that was not known. */
  readonly onLearned: (spec: ContractSpec) => void
  readonly log: BridgeLog
}

/** The contract records that are known. They do not change while a contract lives. */
export class ContractBook {
  readonly #options: ContractBookOptions
  readonly #specs = new Map<ContractId, ContractSpec>()
  readonly #underWay = new Map<ContractId, Promise<ContractSpec | null>>()
  readonly #wanted = new Map<ContractId, NodeJS.Timeout | null>()
  #closed = false

  constructor(options: ContractBookOptions) {
    this.#options = options
  }

  /** What is known without asking. */
  known(id: ContractId): ContractSpec | null {
    return this.#specs.get(id) ?? null
  }

  learn(specs: Iterable<ContractSpec>): void {
    for (const spec of specs) this.#specs.set(spec.id, spec)
  }

  /** The record, looked up once if it is not known. Calls that come meanwhile share the look-up. */
  get(id: ContractId): Promise<ContractSpec | null> {
    const spec = this.#specs.get(id)
    if (spec !== undefined) return Promise.resolve(spec)
    let lookUp = this.#underWay.get(id)
    if (lookUp === undefined) {
      lookUp = this.#lookUp(id).finally(() => this.#underWay.delete(id))
      this.#underWay.set(id, lookUp)
    }
    return lookUp
  }

  /** Sees to it that the record gets known, however often it takes. */
  want(id: ContractId): void {
    if (this.#specs.has(id) || this.#wanted.has(id) || this.#closed) return
    this.#wanted.set(id, null)
    this.get(id).then(
      (spec) => this.#settle(id, spec === null ? 'the gateway has no such contract' : null),
      (error: unknown) => this.#settle(id, error instanceof Error ? error.message : String(error)),
    )
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#wanted.values()) if (timer !== null) clearTimeout(timer)
    this.#wanted.clear()
  }

  async #lookUp(id: ContractId): Promise<ContractSpec | null> {
    const spec = await this.#options.lookUp(id)
    if (spec !== null && !this.#specs.has(id)) {
      this.#specs.set(id, spec)
      this.#options.onLearned(spec)
    }
    return spec
  }

  #settle(id: ContractId, problem: string | null): void {
    if (problem === null || this.#closed) {
      this.#wanted.delete(id)
      return
    }
    this.#options.log.write('error', 'contract_unknown: its positions cannot be valued', { contractId: id, problem })
    const again = setTimeout(() => {
      this.#wanted.delete(id)
      this.want(id)
    }, RETRY_MS)
    this.#wanted.set(id, again.unref())
  }
}

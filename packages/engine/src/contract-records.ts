import { type ContractId, type ContractSpec, namesProduct, type Usd, usd } from '@rm/domain'
import type { TickValueDoubt } from '@rm/rules'

/** What a record that came again changed: `none` also when only its being the front month did. */
export type RecordChange = 'none' | 'new' | 'tick-value' | 'tick-size'

/**
 * The contract records that are known. Tick sizes and values do not change while a contract lives; when the gateway tells another one, the
 * larger loss counts until the next start has heard the same again (risk rules, 3.7).
 */
export class ContractRecords {
  readonly #records = new Map<ContractId, ContractSpec>()
  readonly #doubts = new Map<ContractId, TickValueDoubt>()
  readonly #ofProduct = new Map<string, readonly ContractSpec[]>()

  constructor(known: Iterable<ContractSpec>) {
    for (const contract of known) this.#records.set(contract.id, contract)
  }

  get(contractId: ContractId): ContractSpec | null {
    return this.#records.get(contractId) ?? null
  }

  has(contractId: ContractId): boolean {
    return this.#records.has(contractId)
  }

  /** The contracts of a product, named as settings do. */
  ofProduct(product: string): readonly ContractSpec[] {
    let contracts = this.#ofProduct.get(product)
    if (contracts === undefined) {
      contracts = [...this.#records.values()].filter((contract) => namesProduct(product, contract.id, contract))
      this.#ofProduct.set(product, contracts)
    }
    return contracts
  }

  doubt(contractId: ContractId): TickValueDoubt | null {
    return this.#doubts.get(contractId) ?? null
  }

  learn(contract: ContractSpec): RecordChange {
    const before = this.#records.get(contract.id)
    if (before === undefined) {
      this.#records.set(contract.id, contract)
      this.#ofProduct.clear()
      return 'new'
    }
    const told = this.#doubts.get(contract.id)?.now ?? before.tickValue
    if (contract.tickSize === before.tickSize && contract.tickValue === told) return 'none'
    const used = largerValue(before, contract)
    this.#records.set(contract.id, { ...contract, tickValue: used })
    this.#ofProduct.clear()
    this.#doubts.set(contract.id, { before: before.tickValue, now: contract.tickValue, used })
    return contract.tickSize === before.tickSize ? 'tick-value' : 'tick-size'
  }
}

/** Of a tick of the new size: what it is said to be worth, or what the old record makes of it when that is more. */
function largerValue(before: ContractSpec, now: ContractSpec): Usd {
  return usd(Math.max(now.tickValue, Math.ceil((before.tickValue * now.tickSize) / before.tickSize)))
}

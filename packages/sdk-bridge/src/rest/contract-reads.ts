import type { ContractId, ContractSpec } from '@rm/domain'
import type { SampledLog } from '../bridge-log.ts'
import { contractOf, PayloadFault } from '../to-domain.ts'
import { type ContractMessage, contractReply, contractsReply, restRoutes } from '../wire.ts'
import { listed } from './account-reads.ts'
import { ReadRefused, type Reads } from './reads.ts'

/** ContractNotFound of `Contract/searchById`. */
const NOT_FOUND = 1

/** Contract records from REST. A record that is not usable is left out and told: its contract stays unknown, the others do not suffer. */
export class ContractReads {
  readonly #reads: Reads
  readonly #log: SampledLog

  constructor(reads: Reads, log: SampledLog) {
    this.#reads = reads
    this.#log = log
  }

  /** The front months. The wrong market data tier answers with an empty list and success, so an empty list is asked for in the other tier too. */
  async available(): Promise<readonly ContractSpec[]> {
    const simulated = await this.#available(false)
    return simulated.length > 0 ? simulated : this.#available(true)
  }

  async byId(contractId: ContractId): Promise<ContractSpec | null> {
    try {
      const { body } = await this.#reads.read(restRoutes.contractById, { contractId }, contractReply, 'reconcile')
      return body.contract === null || body.contract === undefined ? null : this.#usable(body.contract)
    } catch (error) {
      if (error instanceof ReadRefused && error.status === 200 && error.errorCode === NOT_FOUND) return null
      throw error
    }
  }

  async #available(live: boolean): Promise<readonly ContractSpec[]> {
    const route = restRoutes.availableContracts
    const { body } = await this.#reads.read(route, { live }, contractsReply, 'reconcile')
    return listed(route.path, body.contracts).flatMap((message) => this.#usable(message) ?? [])
  }

  #usable(message: ContractMessage): ContractSpec | null {
    try {
      return contractOf(message)
    } catch (error) {
      if (!(error instanceof PayloadFault)) throw error
      this.#log.write('error', 'payload_fault: a contract record is not usable', { reason: error.message })
      return null
    }
  }
}

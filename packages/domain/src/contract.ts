import type { ContractId } from './ids.ts'
import type { Usd } from './usd.ts'

/** A contract as the gateway's contract record describes it. Tick size and tick value never come from configuration. */
export interface ContractSpec {
  readonly id: ContractId
  /** Exchange name with month, `MNQZ6`. */
  readonly name: string
  /** The gateway's product code, `ENQ`: the fourth part of the contract id. Not the exchange root. */
  readonly product: string
  /** Exchange root, `NQ`: what traders and settings call the product. */
  readonly root: string
  /** Smallest price step. */
  readonly tickSize: number
  /** Money per tick and contract. */
  readonly tickValue: Usd
  /** The venue's current front month. */
  readonly active: boolean
}

/** The product code inside a contract id, `CON.F.US.ENQ.Z26` → `ENQ`; the whole text when it has another form. */
export function productOf(contractId: string): string {
  const parts = contractId.split('.')
  return parts.length === 5 && parts[3] !== undefined ? parts[3] : contractId
}

/** The exchange root inside a contract name, `MNQZ6` → `MNQ`; the whole name when it has no month and year. */
export function rootOf(contractName: string): string {
  return /^([A-Z0-9]+)[FGHJKMNQUVXZ]\d{1,2}$/.exec(contractName)?.[1] ?? contractName
}

/**
 * Whether a settings key names this contract's product: by exchange root (`ES`), by the gateway's code (`EP`) or by contract id.
 * Exact, so that `ES` never matches `MES`. Without a contract record only the code and the id can match.
 */
export function namesProduct(key: string, contractId: ContractId, spec: ContractSpec | null): boolean {
  if (key === contractId) return true
  return spec === null ? key === productOf(contractId) : key === spec.product || key === spec.root
}

/** Sanity of a contract record: a tick size or tick value that is not positive would value every position at nothing. */
export function isUsableSpec(spec: ContractSpec): boolean {
  return spec.tickSize > 0 && Number.isFinite(spec.tickSize) && spec.tickValue > 0
}

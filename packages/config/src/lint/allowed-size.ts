import { type EnabledRules, limitOfUnlisted, type RuleSettings, unitsAllowed, unitsPerContract } from '@rm/rules'
import type { GeneralSettings } from '../general-settings.ts'
import { KNOWN_PRODUCTS, knownProduct } from '../known-products.ts'

/** Contracts of one product that the rules allow. */
export interface AllowedSize {
  /** As the settings name the product. */
  readonly product: string
  readonly contracts: number
}

/** The most contracts of one product that RULE-001 and RULE-002 together allow; `null` when neither bounds it. */
function allowedContracts(enabled: EnabledRules, product: string): number | null {
  const total = enabled.max_contracts
  const bounds = [total === undefined ? null : mostByTotal(total, product), limitByProduct(enabled, product)]
  const known = bounds.filter((bound) => bound !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** Most contracts of one product that RULE-001 allows while nothing else is held. */
export function mostByTotal(total: RuleSettings['max_contracts'], product: string): number {
  return Math.floor(unitsAllowed(total) / unitsPerContract(total, rootOf(product)))
}

/** The exchange root of a product that the settings name in whatever way. */
export function rootOf(product: string): string {
  return knownProduct(product)?.root ?? product
}

/** What RULE-002 allows of a product; `null` for any size. */
export function limitByProduct(enabled: EnabledRules, product: string): number | null {
  const limits = enabled.max_contracts_per_instrument
  if (limits === undefined) return null
  const known = knownProduct(product)
  for (const name of known === null ? [product] : [product, known.root, known.code]) {
    const own = limits.instrument_limits[name]
    if (own !== undefined) return own
  }
  return limitOfUnlisted(limits)
}

/** Every product that the account may hold and whose size is bounded: those it names, or all we know where the others are open as well. */
export function allowedSizes(enabled: EnabledRules, general: GeneralSettings): readonly AllowedSize[] {
  const named = [...Object.keys(enabled.max_contracts_per_instrument?.instrument_limits ?? {}), ...general.instruments]
  const limits = enabled.max_contracts_per_instrument
  const isOpen = general.instruments.length === 0 && (limits === undefined || limitOfUnlisted(limits) !== 0)
  const products = new Set(isOpen ? [...named, ...KNOWN_PRODUCTS.map(({ root }) => root)] : named)
  return [...products].flatMap((product) => {
    const contracts = allowedContracts(enabled, product)
    return contracts === null || contracts === 0 ? [] : [{ product, contracts }]
  })
}

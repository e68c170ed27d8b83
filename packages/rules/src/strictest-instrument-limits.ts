import { limitOfUnlisted } from './max-contracts-per-instrument.ts'
import type { RuleSettings } from './registry.ts'

type Settings = RuleSettings['max_contracts_per_instrument']

/** Of RULE-002 the smaller limit for every product, whether it is listed, has the default, or falls under the unknown ones. */
export function strictestInstrumentLimits(before: Settings, after: Settings): Settings {
  const products = new Set([...Object.keys(before.instrument_limits), ...Object.keys(after.instrument_limits)])
  const limits: Record<string, number> = {}
  for (const product of products) {
    const limit = Math.min(limitOf(before, product), limitOf(after, product))
    if (Number.isFinite(limit)) limits[product] = limit
  }
  const { default_limit: _default, unknown_symbol_action: _action, ...rest } = after
  return {
    ...rest,
    mode: before.mode === 'enforce' ? 'enforce' : after.mode,
    instrument_limits: limits,
    enforcement: before.enforcement === 'close_all' ? 'close_all' : after.enforcement,
    unknown_symbol_action: actionOf(Math.min(unlistedLimitOf(before), unlistedLimitOf(after))),
  }
}

/** Contracts of a product that no limit names; infinite when they are not limited. */
export function unlistedLimitOf(settings: Settings): number {
  return limitOfUnlisted(settings) ?? Number.POSITIVE_INFINITY
}

function limitOf(settings: Settings, product: string): number {
  return settings.instrument_limits[product] ?? unlistedLimitOf(settings)
}

function actionOf(limit: number): Settings['unknown_symbol_action'] {
  if (limit === 0) return { kind: 'block' }
  return Number.isFinite(limit) ? { kind: 'allow-with-limit', contracts: limit } : { kind: 'allow-unlimited' }
}

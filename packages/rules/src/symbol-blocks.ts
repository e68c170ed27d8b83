import { type UnpricedView, type ContractId, type ContractSpec, type Finding, productOf } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import type { EnabledRules } from './evaluate.ts'
import type { Rule, RuleContext } from './rule.ts'
import { report } from './setting-problem.ts'
import { type BlockMatch, matchContract, SymbolPattern } from './symbol-pattern.ts'

export const SymbolBlocksSettings = z
  .strictObject({
    ...commonSettings(false),
    blocked_symbols: z
      .array(z.string().min(1).max(40))
      .default([])
      .describe(
        'Exchange roots, gateway codes or patterns such as `*BT*`; what begins with `CON.` names contract ids.',
      ),
    allow_block_all: z.boolean().default(false).describe('Has to be true for a pattern that leaves nothing to trade.'),
    mode_unknown_product: z
      .enum(['block', 'alert'])
      .default('alert')
      .describe('What holds for a contract whose record is unknown, so that nobody can say whether it is blocked.'),
  })
  .superRefine((settings, context) => {
    if (settings.enabled && settings.blocked_symbols.length === 0) {
      const problem = {
        expected: 'at least one product',
        why: 'a rule that blocks nothing only looks like a protection',
        fix: 'name a product, or write `enabled: false`',
      }
      report(context, problem, settings.blocked_symbols, ['blocked_symbols'])
    }
    for (const [index, text] of settings.blocked_symbols.entries()) {
      if (settings.allow_block_all || !new SymbolPattern(text).matchesEverything) continue
      const problem = {
        expected: 'a pattern that leaves something to trade',
        why: 'it blocks every product',
        fix: 'name products, or write `allow_block_all: true` if it is meant',
      }
      report(context, problem, text, ['blocked_symbols', index])
    }
  })
type Settings = z.infer<typeof SymbolBlocksSettings>

/** RULE-011: products that may not be traded are flat, without positions and orders, as long as the configuration names them. */
export const symbolBlocks: Rule<'symbol_blocks'> = {
  code: 'RULE-011',
  title: 'Symbol blocks',
  enabledByDefault: false,
  readsPrices: false,
  settings: SymbolBlocksSettings,
  renamedKeys: {
    symbols: 'blocked_symbols',
    blocked: 'blocked_symbols',
    blacklist: 'blocked_symbols',
    action: 'nothing: positions are closed and orders cancelled',
    enforcement: 'nothing: positions are closed and orders cancelled',
    close_existing: 'nothing: positions are closed and orders cancelled',
  },

  evaluate(settings, view, context) {
    const blocks = blocksOf(settings)
    const products = new Map<string, Finding>()
    const blind: string[] = []
    for (const [contractId, contract] of contractsIn(view, context)) {
      const match = blocks.match(contractId, contract)
      switch (match.kind) {
        case 'blocked':
          products.set(match.product, blockedFinding(match.product, match.pattern))
          break
        case 'unknowable':
          products.set(contractId, unknownFinding(settings, contractId))
          blind.push(`no contract record of ${contractId}, so nobody can say whether it is blocked`)
          break
        case 'free':
          break
      }
    }
    return { findings: [...products.values()], blind, use: null }
  },

  limits: () => [],

  nextCheck: () => null,
}

/**
 * Whether the rules in force still block the product of a lockout that ends with the configuration. What cannot be told counts as blocked.
 *
 * @param product - as the lockout's scope names it
 * @param contracts - the known contracts of that product
 */
export function stillBlocks(enabled: EnabledRules, product: string, contracts: readonly ContractSpec[]): boolean {
  const settings = enabled.symbol_blocks
  if (settings === undefined || settings.mode === 'shadow') return false
  const { patterns } = blocksOf(settings)
  if (patterns.some((pattern) => pattern.matches(product))) return true
  if (contracts.length === 0) return patterns.some((pattern) => !pattern.namesContracts)
  return contracts.some((contract) => {
    const match = matchContract(patterns, contract.id, contract)
    // A single month that is blocked by its id does not block the product.
    return match.kind === 'blocked' && match.product !== contract.id
  })
}

/** The patterns of one rule, with what they said of the contracts that were met: each record is compared once. */
class Blocks {
  readonly patterns: readonly SymbolPattern[]
  readonly #matches = new Map<ContractId, { readonly contract: ContractSpec | null; readonly match: BlockMatch }>()

  constructor(texts: readonly string[]) {
    this.patterns = texts.map((text) => new SymbolPattern(text))
  }

  match(contractId: ContractId, contract: ContractSpec | null): BlockMatch {
    const known = this.#matches.get(contractId)
    if (known !== undefined && known.contract === contract) return known.match
    const match = matchContract(this.patterns, contractId, contract)
    this.#matches.set(contractId, { contract, match })
    return match
  }
}

const remembered = new WeakMap<Settings, Blocks>()

/** Asked at every event; settings never change. */
function blocksOf(settings: Settings): Blocks {
  let blocks = remembered.get(settings)
  if (blocks === undefined) {
    blocks = new Blocks(settings.blocked_symbols)
    remembered.set(settings, blocks)
  }
  return blocks
}

/** What the account holds or has orders in. */
function contractsIn(view: UnpricedView, context: RuleContext): ReadonlyMap<ContractId, ContractSpec | null> {
  const contracts = new Map<ContractId, ContractSpec | null>()
  for (const { contractId, contract } of view.positions) contracts.set(contractId, contract)
  for (const { contractId } of view.orders) {
    if (!contracts.has(contractId)) contracts.set(contractId, context.contract(contractId))
  }
  return contracts
}

function blockedFinding(product: string, pattern: string): Finding {
  return {
    scope: `product:${product}`,
    measured: 'a position or an order',
    limit: 'none',
    message: `${product} is blocked (${pattern}): positions are closed and orders cancelled.`,
    tier: 1,
    goals: [{ kind: 'flat-product', product }],
    lockout: { scope: `product:${product}`, effect: 'flat', until: { kind: 'config' } },
  }
}

/** It locks nothing: once the record is known, the patterns decide. */
function unknownFinding(settings: Settings, contractId: ContractId): Finding {
  const blocks = settings.mode_unknown_product === 'block'
  const message = `The product of ${contractId} is unknown, so nobody can say whether it is blocked.`
  return {
    scope: `contract:${contractId}`,
    measured: productOf(contractId),
    limit: 'a known product',
    message,
    tier: 1,
    goals: blocks ? [{ kind: 'flat-contract', contractId }] : [],
    lockout: null,
    alert: {
      severity: 'error',
      code: 'product-unknown',
      text: `${message} ${blocks ? 'It is closed.' : 'It is left open; mode_unknown_product decides.'}`,
    },
  }
}

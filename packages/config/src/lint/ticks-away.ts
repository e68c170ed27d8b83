import { formatUsd, type Usd, usd } from '@rm/domain'
import { EVALUATION_ORDER, type EnabledRules } from '@rm/rules'
import { placeOf } from '../config-node.ts'
import { keyPathOf, type Report } from '../diagnostic.ts'
import type { GeneralSettings } from '../general-settings.ts'
import type { RiskSettings } from '../risk-settings.ts'
import { allowedSizes } from './allowed-size.ts'
import { type KnownProduct, knownProduct } from '../known-products.ts'

/** How far away a loss limit is with the most contracts of one product. */
interface Distance {
  readonly product: KnownProduct
  readonly contracts: number
  readonly ticks: number
}

/** Within the spread and the slippage of a market order: the limit would trip on the entry. */
const TICKS_OF_AN_ENTRY = 4
const SHOWN_MAX = 3

/** Loss limits that the allowed size reaches within an ordinary minute, nearest first. */
export function lintDistances({ tree, rules: enabled, general }: RiskSettings, report: Report): void {
  if (general === null) return
  for (const { path, limit } of lossLimits(enabled)) {
    const near = distancesTo(limit, enabled, general).filter(({ product, ticks }) => ticks < (product.minuteTicks ?? 1))
    const [nearest] = near
    if (nearest === undefined) continue
    const isWithinEntry = nearest.ticks <= TICKS_OF_AN_ENTRY
    report.add(isWithinEntry ? 'warning' : 'notice', placeOf(tree, path), keyPathOf(path), {
      expected: isWithinEntry
        ? 'a limit beyond the cost of an entry'
        : 'a limit that an ordinary minute does not reach',
      got: `${formatUsd(limit)}: ${near.slice(0, SHOWN_MAX).map(sentence).join('; ')}`,
      why: isWithinEntry
        ? 'spread and slippage of a single market order can already reach it'
        : 'a position of the full size can be closed without anything having gone wrong',
      fix: 'allow fewer contracts, or a larger loss, unless this is meant',
    })
  }
}

/** Loss limits that count what is open, each with its key: limits below zero are money, and a loss. */
function lossLimits(enabled: EnabledRules): readonly { readonly path: readonly string[]; readonly limit: Usd }[] {
  return EVALUATION_ORDER.flatMap((id) => {
    const settings = enabled[id]
    if (settings === undefined || !('limit' in settings) || settings.limit >= 0) return []
    const isOfClosedOnly = 'include_unrealized' in settings && !settings.include_unrealized
    return isOfClosedOnly ? [] : [{ path: ['rules', id, 'limit'], limit: usd(settings.limit) }]
  })
}

function distancesTo(limit: Usd, enabled: EnabledRules, general: GeneralSettings): readonly Distance[] {
  return allowedSizes(enabled, general)
    .flatMap(({ product: name, contracts }) => {
      const product = knownProduct(name)
      return product === null
        ? []
        : [{ product, contracts, ticks: Math.floor(-limit / (product.tickValue * contracts)) }]
    })
    .toSorted((a, b) => a.ticks / (a.product.minuteTicks ?? 1) - b.ticks / (b.product.minuteTicks ?? 1))
}

function sentence({ product, contracts, ticks }: Distance): string {
  const ordinary = product.minuteTicks === null ? '' : ` (an ordinary minute moves about ${product.minuteTicks})`
  return `with ${contracts} ${product.root} this limit is ${ticks} ${ticks === 1 ? 'tick' : 'ticks'} away${ordinary}`
}

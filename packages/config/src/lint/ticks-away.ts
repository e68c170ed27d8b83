import { formatUsd, type Usd, usd } from '@rm/domain'
import { EVALUATION_ORDER, type EnabledRules, lossTiers } from '@rm/rules'
import { placeOf } from '../config-node.ts'
import { type Complaint, keyPathOf, type Report } from '../diagnostic.ts'
import type { GeneralSettings } from '../general-settings.ts'
import type { RiskSettings } from '../risk-settings.ts'
import { allowedSizes } from './allowed-size.ts'
import { type KnownProduct, knownProduct } from '../known-products.ts'

/** How far away an amount is with the most contracts of one product. */
interface Distance {
  readonly product: KnownProduct
  readonly contracts: number
  readonly ticks: number
}

/** An amount that a move of the market reaches, and what is said of one that is near. */
interface Reachable {
  readonly path: readonly PropertyKey[]
  readonly amount: Usd
  readonly texts: Texts
}

interface Texts {
  /** What the amount is called in the sentence. */
  readonly noun: string
  /** A warning so near, a notice further away. */
  readonly warnedTicks: number
  readonly withinEntry: Omit<Complaint, 'got'>
  readonly withinMinute: Omit<Complaint, 'got'>
}

/** Within the spread and the slippage of a market order: the limit would trip on the entry. */
const TICKS_OF_AN_ENTRY = 4
const SHOWN_MAX = 3

/** Losses and profits that the allowed size reaches within an ordinary minute, nearest first. */
export function lintDistances({ tree, rules: enabled, general }: RiskSettings, report: Report): void {
  if (general === null) return
  for (const { path, amount, texts } of [...lossLimits(enabled), ...targets(enabled), ...firstCooldown(enabled)]) {
    const near = distancesTo(amount, enabled, general).filter(
      ({ product, ticks }) => ticks < (product.minuteTicks ?? 1),
    )
    const [nearest] = near
    if (nearest === undefined) continue
    const isWithinEntry = nearest.ticks <= TICKS_OF_AN_ENTRY
    const sentences = near.slice(0, SHOWN_MAX).map((distance) => sentence(texts.noun, distance))
    report.add(nearest.ticks <= texts.warnedTicks ? 'warning' : 'notice', placeOf(tree, path), keyPathOf(path), {
      ...(isWithinEntry ? texts.withinEntry : texts.withinMinute),
      got: `${formatUsd(amount)}: ${sentences.join('; ')}`,
    })
  }
}

/** Loss limits that count what is open, each with its key: limits below zero are money, and a loss. */
function lossLimits(enabled: EnabledRules): readonly Reachable[] {
  return EVALUATION_ORDER.flatMap((id) => {
    const settings = enabled[id]
    if (settings === undefined || !('limit' in settings) || settings.limit >= 0) return []
    const isOfClosedOnly = 'include_unrealized' in settings && !settings.include_unrealized
    return isOfClosedOnly ? [] : [{ path: ['rules', id, 'limit'], amount: usd(settings.limit), texts: OF_LIMIT }]
  })
}

function targets(enabled: EnabledRules): readonly Reachable[] {
  const position = enabled.max_unrealized_profit
  const day = enabled.daily_realized_profit
  const near: Reachable[] = []
  if (position !== undefined)
    near.push({
      path: ['rules', 'max_unrealized_profit', 'target'],
      amount: position.target,
      texts: OF_POSITION_TARGET,
    })
  // A day's target of what is closed alone is not reached by a move, but by whoever closes.
  if (day?.include_unrealized === true)
    near.push({ path: ['rules', 'daily_realized_profit', 'target'], amount: day.target, texts: OF_DAY_TARGET })
  return near
}

/** The smallest loss that locks; deeper ones are further away. */
function firstCooldown(enabled: EnabledRules): readonly Reachable[] {
  const settings = enabled.cooldown_after_loss
  if (settings === undefined) return []
  const path = ['rules', 'cooldown_after_loss']
  if (settings.loss_threshold !== undefined)
    return [{ path: [...path, 'loss_threshold'], amount: settings.loss_threshold, texts: OF_COOLDOWN }]
  const [smallest] = lossTiers(settings.loss_thresholds)
  if (smallest === undefined) return []
  const index = settings.loss_thresholds?.indexOf(smallest) ?? 0
  return [
    { path: [...path, 'loss_thresholds', index, 'loss_amount'], amount: smallest.loss_amount, texts: OF_COOLDOWN },
  ]
}

const OF_LIMIT: Texts = {
  noun: 'limit',
  warnedTicks: TICKS_OF_AN_ENTRY,
  withinEntry: {
    expected: 'a limit beyond the cost of an entry',
    why: 'spread and slippage of a single market order can already reach it',
    fix: 'allow fewer contracts, or a larger loss, unless this is meant',
  },
  withinMinute: {
    expected: 'a limit that an ordinary minute does not reach',
    why: 'a position of the full size can be closed without anything having gone wrong',
    fix: 'allow fewer contracts, or a larger loss, unless this is meant',
  },
}

const OF_POSITION_TARGET: Texts = {
  noun: 'target',
  warnedTicks: TICKS_OF_AN_ENTRY,
  withinEntry: {
    expected: 'a target beyond the cost of a close',
    why: 'spread, slippage and fees of the close can take back what the target was to keep',
    fix: 'allow fewer contracts, or write a larger target, unless this is meant',
  },
  withinMinute: {
    expected: 'a target that an ordinary minute does not reach',
    why: 'a position of the full size can be closed before its trade has begun',
    fix: 'allow fewer contracts, or write a larger target, unless this is meant',
  },
}

const OF_DAY_TARGET: Texts = {
  ...OF_POSITION_TARGET,
  withinMinute: {
    expected: 'a target that an ordinary minute does not reach',
    why: 'a single position of the full size can end the day within its first minute',
    fix: 'allow fewer contracts, or write a larger target, unless this is meant',
  },
}

const OF_COOLDOWN: Texts = {
  noun: 'loss',
  // To rest after any loss may be what is meant; that a single tick is one is not.
  warnedTicks: 0,
  withinEntry: {
    expected: 'a loss beyond the cost of an entry',
    why: 'whoever enters with the full size and leaves at once is locked by spread and slippage alone',
    fix: 'allow fewer contracts, or write a larger loss, unless this is meant',
  },
  withinMinute: {
    expected: 'a loss that an ordinary minute does not make',
    why: 'any losing trade of the full size locks the account, however well it was meant',
    fix: 'allow fewer contracts, or write a larger loss, unless this is meant',
  },
}

function distancesTo(amount: Usd, enabled: EnabledRules, general: GeneralSettings): readonly Distance[] {
  return allowedSizes(enabled, general)
    .flatMap(({ product: name, contracts }) => {
      const product = knownProduct(name)
      return product === null
        ? []
        : [{ product, contracts, ticks: Math.floor(Math.abs(amount) / (product.tickValue * contracts)) }]
    })
    .toSorted((a, b) => a.ticks / (a.product.minuteTicks ?? 1) - b.ticks / (b.product.minuteTicks ?? 1))
}

function sentence(noun: string, { product, contracts, ticks }: Distance): string {
  const ordinary = product.minuteTicks === null ? '' : ` (an ordinary minute moves about ${product.minuteTicks})`
  return `with ${contracts} ${product.root} this ${noun} is ${ticks} ${ticks === 1 ? 'tick' : 'ticks'} away${ordinary}`
}

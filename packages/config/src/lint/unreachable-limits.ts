import { formatUsd, usd } from '@rm/domain'
import { EVALUATION_ORDER, limitOfUnlisted, unitsAllowed, unitsPerContract } from '@rm/rules'
import type { Report } from '../diagnostic.ts'
import type { RiskSettings } from '../risk-settings.ts'
import { allowedSizes, limitByProduct, mostByTotal, rootOf } from './allowed-size.ts'
import { remark } from './remark.ts'
import { knownProduct } from '../known-products.ts'

/** Limits that another one always meets first, and rules that forbid everything. */
export function lintReach(settings: RiskSettings, sessionHours: number, report: Report): void {
  lintSizes(settings, report)
  lintFrequency(settings, sessionHours, report)
  lintStopDistance(settings, report)
}

const PER_PRODUCT = ['rules', 'max_contracts_per_instrument']

function lintSizes(settings: RiskSettings, report: Report): void {
  const { rules: enabled, general } = settings
  const perProduct = enabled.max_contracts_per_instrument
  if (perProduct === undefined) return
  const unlisted = limitOfUnlisted(perProduct)
  const named = Object.keys(perProduct.instrument_limits)
  if (unlisted === 0 && named.every((product) => perProduct.instrument_limits[product] === 0))
    remark('warning', settings, PER_PRODUCT, report, {
      expected: 'at least one product with a limit above 0',
      got:
        named.length === 0 ? 'no product, and products without a limit are blocked' : 'a limit of 0 for every product',
      why: 'every position is closed as soon as it is seen',
      fix: 'add `instrument_limits:` with the products that are traded',
    })
  const total = enabled.max_contracts
  if (total === undefined) return
  // With `weighting: contracts` the check of the files has said so already.
  if (total.weighting === 'mini_equivalent')
    for (const product of named) {
      const limit = perProduct.instrument_limits[product] ?? 0
      const most = mostByTotal(total, product)
      if (limit <= most) continue
      remark('warning', settings, [...PER_PRODUCT, 'instrument_limits', product], report, {
        expected: `at most ${most}, which max_contracts.limit (${total.limit}) makes of ${product}`,
        got: String(limit),
        why: 'the smaller limit of the two always holds',
        fix: `write ${most} or less`,
      })
    }
  if (unlisted !== 0 || named.length === 0 || total.count_type !== 'gross' || general === null) return
  const used = named.reduce(
    (sum, product) => sum + (limitByProduct(enabled, product) ?? 0) * unitsPerContract(total, rootOf(product)),
    0,
  )
  if (used >= unitsAllowed(total)) return
  const together = (used * total.limit) / unitsAllowed(total)
  remark('notice', settings, ['rules', 'max_contracts', 'limit'], report, {
    expected: 'a limit that can be reached',
    got: `${total.limit}, while the limits by product together allow ${together}`,
    why: 'RULE-002 always acts first, so RULE-001 never does',
    fix: 'nothing, if it is meant as a second line',
  })
}

function lintFrequency(settings: RiskSettings, sessionHours: number, report: Report): void {
  const limits = settings.rules.trade_frequency_limit?.limits
  if (limits === undefined) return
  const { per_minute: minute, per_hour: hour, per_session: session } = limits
  const path = ['rules', 'trade_frequency_limit', 'limits']
  if (minute !== null && hour !== null && hour >= minute * MINUTES)
    remark('notice', settings, [...path, 'per_hour'], report, {
      expected: `less than ${minute * MINUTES}`,
      got: `${hour} an hour, while ${minute} a minute allow at most ${minute * MINUTES}`,
      why: 'the limit per minute always acts first',
      fix: 'lower the limit per hour, or leave it empty',
    })
  // A session that begins within an hour touches one more of them.
  const most = hour === null ? null : hour * Math.ceil(sessionHours)
  if (session === null || hour === null || most === null || session < most) return
  remark('notice', settings, [...path, 'per_session'], report, {
    expected: `less than ${most}`,
    got: `${session} in a session, while ${hour} an hour allow at most ${most} within ${hoursText(sessionHours)}`,
    why: 'the limit per hour always acts first',
    fix: 'lower the limit per session, or leave it empty',
  })
}

const MINUTES = 60

function hoursText(hours: number): string {
  const minutes = Math.round(hours * MINUTES)
  return `${Math.floor(minutes / MINUTES)} h${minutes % MINUTES === 0 ? '' : ` ${minutes % MINUTES} min`}`
}

/** A stop that counts although the day is lost before it is reached. */
function lintStopDistance(settings: RiskSettings, report: Report): void {
  const { rules: enabled, general } = settings
  const distance = enabled.no_stop_loss_grace?.max_stop_distance_ticks
  const loss = enabled.daily_realized_loss
  if (distance === undefined || loss === undefined || general === null) return
  const [largest] = allowedSizes(enabled, general)
    .flatMap(({ product, contracts }) => {
      const known = knownProduct(product)
      return known === null
        ? []
        : [{ words: `${contracts} ${known.root}`, cost: usd(known.tickValue * contracts * distance) }]
    })
    .toSorted((a, b) => b.cost - a.cost)
  if (largest === undefined || largest.cost <= -loss.limit) return
  remark('notice', settings, ['rules', 'no_stop_loss_grace', 'max_stop_distance_ticks'], report, {
    expected: `a distance at which the day's loss of ${formatUsd(loss.limit)} is not reached`,
    got: `${distance} ticks, which with ${largest.words} are ${formatUsd(largest.cost)}`,
    why: 'the day is lost before such a stop is reached',
    fix: 'write fewer ticks, or allow fewer contracts',
  })
}

/** Rules that every watched account has in shadow mode only: nobody is protected by them. */
export function lintShadows(accounts: readonly RiskSettings[], report: Report): void {
  const [first] = accounts
  if (first === undefined) return
  for (const id of EVALUATION_ORDER) {
    const modes = accounts.flatMap(({ rules: enabled }) => enabled[id]?.mode ?? [])
    if (modes.length === 0 || modes.includes('enforce')) continue
    const where = accounts.find(({ rules: enabled }) => enabled[id] !== undefined) ?? first
    remark('notice', where, ['rules', id, 'mode'], report, {
      expected: '`enforce` for at least one account',
      got:
        modes.length === 1
          ? '`shadow` for the only account that has the rule'
          : `\`shadow\` for all ${modes.length} accounts`,
      why: 'the rule judges and logs, and does nothing',
      fix: 'write `mode: enforce` when the trial is over',
    })
  }
}

import { formatUsd, type Usd, usd } from '@rm/domain'
import { EVALUATION_ORDER, type EnabledRules, limitOfUnlisted, lossTiers, rules, type RuleSettings } from '@rm/rules'

/** One limit in both settings; `null` where there is none. A larger number is looser. */
interface Compared {
  readonly name: string
  readonly own: number | null
  readonly base: number | null
  readonly show: (value: number) => string
}

/** In which limits an account's settings are looser than those that hold for everybody, one phrase each. */
export function looserThanBase(own: EnabledRules, base: EnabledRules): readonly string[] {
  const phrases: string[] = []
  for (const id of EVALUATION_ORDER) {
    if (base[id] === undefined) continue
    if (own[id] === undefined) phrases.push(`${rules[id].code} off`)
    else if (own[id].mode === 'shadow' && base[id].mode === 'enforce') phrases.push(`${rules[id].code} in shadow mode`)
  }
  phrases.push(...unblocked(own, base))
  if (own.auth_loss_guard?.on_cannot_trade === 'alert' && base.auth_loss_guard?.on_cannot_trade === 'lockout')
    phrases.push('auth_loss_guard.on_cannot_trade alert (base lockout)')
  for (const { name, own: mine, base: theirs, show } of limitsOf(own, base)) {
    if (theirs === null || (mine !== null && mine <= theirs)) continue
    phrases.push(`${name} ${mine === null ? 'none' : show(mine)} (base ${show(theirs)})`)
  }
  return phrases
}

/** Products that only the base blocks, as patterns. */
function unblocked(own: EnabledRules, base: EnabledRules): readonly string[] {
  if (own.symbol_blocks === undefined || base.symbol_blocks === undefined) return []
  const mine = new Set(own.symbol_blocks.blocked_symbols.map((text) => text.toUpperCase()))
  const missing = base.symbol_blocks.blocked_symbols.filter((text) => !mine.has(text.toUpperCase()))
  return missing.map((text) => `symbol_blocks without ${text}`)
}

function limitsOf(own: EnabledRules, base: EnabledRules): readonly Compared[] {
  const compared: Compared[] = []
  const plain = (name: string, mine: number | null, theirs: number | null): void => {
    compared.push({ name, own: mine, base: theirs, show: String })
  }
  if (own.max_contracts !== undefined && base.max_contracts !== undefined)
    plain('max_contracts.limit', own.max_contracts.limit, base.max_contracts.limit)
  const [perProduct, basePerProduct] = [own.max_contracts_per_instrument, base.max_contracts_per_instrument]
  if (perProduct !== undefined && basePerProduct !== undefined)
    for (const [product, limit] of Object.entries(perProduct.instrument_limits)) {
      const name = `max_contracts_per_instrument.instrument_limits.${product}`
      plain(name, limit, basePerProduct.instrument_limits[product] ?? limitOfUnlisted(basePerProduct))
    }
  if (own.daily_realized_loss !== undefined && base.daily_realized_loss !== undefined)
    compared.push(loss('daily_realized_loss.limit', own.daily_realized_loss.limit, base.daily_realized_loss.limit))
  const [position, basePosition] = [own.daily_unrealized_loss, base.daily_unrealized_loss]
  if (position !== undefined && basePosition !== undefined)
    compared.push(loss('daily_unrealized_loss.limit', position.limit, basePosition.limit))
  for (const id of ['max_unrealized_profit', 'daily_realized_profit'] as const) {
    const [mine, theirs] = [own[id], base[id]]
    if (mine !== undefined && theirs !== undefined)
      compared.push({
        name: `${id}.target`,
        own: mine.target,
        base: theirs.target,
        show: (value) => formatUsd(usd(value)),
      })
  }
  const [cooldown, baseCooldown] = [own.cooldown_after_loss, base.cooldown_after_loss]
  if (cooldown !== undefined && baseCooldown !== undefined)
    compared.push(loss('cooldown_after_loss', firstLossOf(cooldown), firstLossOf(baseCooldown)))
  const [frequency, baseFrequency] = [own.trade_frequency_limit, base.trade_frequency_limit]
  if (frequency !== undefined && baseFrequency !== undefined)
    for (const window of ['per_minute', 'per_hour', 'per_session'] as const)
      plain(`trade_frequency_limit.limits.${window}`, frequency.limits[window], baseFrequency.limits[window])
  if (own.no_stop_loss_grace !== undefined && base.no_stop_loss_grace !== undefined)
    plain(
      'no_stop_loss_grace.grace_period_seconds',
      own.no_stop_loss_grace.grace_period_seconds,
      base.no_stop_loss_grace.grace_period_seconds,
    )
  return compared
}

function loss(name: string, own: Usd, base: Usd): Compared {
  return { name, own: -own, base: -base, show: (value) => formatUsd(usd(-value)) }
}

/** The loss from which on RULE-007 locks. */
function firstLossOf({ loss_threshold, loss_thresholds }: RuleSettings['cooldown_after_loss']): Usd {
  return loss_threshold ?? usd(Math.max(...lossTiers(loss_thresholds).map(({ loss_amount }) => loss_amount)))
}

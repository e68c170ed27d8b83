import { formatUsd, unreachable, usd } from '@rm/domain'
import { EVALUATION_ORDER, type EnabledRules, rules, type RuleSettings } from '@rm/rules'

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
  for (const { name, own: mine, base: theirs, show } of limitsOf(own, base)) {
    if (theirs === null || (mine !== null && mine <= theirs)) continue
    phrases.push(`${name} ${mine === null ? 'none' : show(mine)} (base ${show(theirs)})`)
  }
  return phrases
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
      plain(name, limit, basePerProduct.instrument_limits[product] ?? unlistedLimit(basePerProduct))
    }
  if (own.daily_realized_loss !== undefined && base.daily_realized_loss !== undefined)
    compared.push({
      name: 'daily_realized_loss.limit',
      own: -own.daily_realized_loss.limit,
      base: -base.daily_realized_loss.limit,
      show: (loss) => formatUsd(usd(-loss)),
    })
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

/** What holds for a product without a limit of its own; `null` for no limit at all. */
function unlistedLimit(settings: RuleSettings['max_contracts_per_instrument']): number | null {
  if (settings.default_limit !== undefined) return settings.default_limit
  const action = settings.unknown_symbol_action ?? { kind: 'block' }
  switch (action.kind) {
    case 'block':
      return 0
    case 'allow-with-limit':
      return action.contracts
    case 'allow-unlimited':
      return null
    default:
      return unreachable(action)
  }
}

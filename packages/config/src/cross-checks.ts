import { formatUsd, type LockoutTerm } from '@rm/domain'
import { EVALUATION_ORDER, type EnabledRules, type RuleId, rules, SymbolPattern } from '@rm/rules'
import type { AccountEntry, AccountLayers } from './accounts-file.ts'
import { type ConfigNode, isGiven, type MapNode, mapAt, nodeAt, placeOf } from './config-node.ts'
import { type Complaint, keyPathOf, type Place, type Report } from './diagnostic.ts'
import { describe } from './explain-issues.ts'
import { type AccountType, PLANS } from './firm-plans.ts'
import type { GeneralSettings } from './general-settings.ts'
import { KNOWN_PRODUCTS } from './known-products.ts'
import { looserThanBase } from './looser-than-base.ts'
import type { AccountRisk } from './risk-layers.ts'
import type { RiskSettings } from './risk-settings.ts'
import type { TimerSettings } from './timers-file.ts'
import { checkTradeManagement } from './trade-management-checks.ts'

/*
 * What no single file can know (risk rules, 4.8).
 */

/** The timers file, read and as it was written. */
export interface TimersSource {
  readonly settings: TimerSettings
  readonly tree: MapNode
}

/** What could be read of one account. */
export interface CheckedAccount {
  readonly layers: AccountLayers
  readonly risk: AccountRisk
  readonly settings: RiskSettings
}

/** Rules that bound a loss or a size. */
const PROTECTIVE: readonly RuleId[] = [
  'max_contracts',
  'max_contracts_per_instrument',
  'daily_realized_loss',
  'daily_unrealized_loss',
]

export function checkAccount(
  account: CheckedAccount,
  base: RiskSettings | null,
  timers: TimersSource | null,
  report: Report,
): void {
  const { layers, settings } = account
  const { entry } = layers
  if (settings.isComplete) checkProtection(settings, report)
  checkLimitsFit(settings, report)
  checkTradeManagement(settings.tree, settings.rules, report)
  checkLossesFit(settings, report)
  checkTargetsFit(settings, report)
  checkBlocks(settings, report)
  checkOverridesOfDisabledRules(account, report)
  if (entry !== null) {
    checkType(entry, layers, report)
    checkPlan(entry, settings, report)
  }
  if (timers !== null) {
    checkLockoutTerms(settings, timers, report)
    checkResets(settings, timers, report)
    checkSessions(settings, timers, report)
  }
  if (base === null || !settings.isComplete || account.risk.ownLayers.length === 0) return
  const looser = looserThanBase(settings.rules, base.rules)
  if (looser.length > 0)
    report.notice(layers.entryNode.at, keyPathOf(layers.path), {
      expected: 'limits at least as tight as those of risk_config.yaml',
      got: `${layers.label}: ${looser.join('; ')}`,
      why: 'an account with wider limits should be so on purpose',
      fix: 'nothing, if it is meant',
    })
}

/** Holidays are known for the year that is running and, from December on, for the next. */
export function checkHolidayYears(
  timers: TimersSource,
  accounts: readonly CheckedAccount[],
  today: Temporal.PlainDate,
  report: Report,
): void {
  const { settings, tree } = timers
  const areRespected = accounts.some(
    ({ settings: { rules: own } }) => own.session_block_outside?.respect_holidays === true,
  )
  if (!settings.holidaysEnabled || (!areRespected && !isGiven(tree, ['holidays']))) return
  const needed = today.month === 12 && areRespected ? [today.year, today.year + 1] : [today.year]
  for (const year of needed) {
    if (settings.holidayYears.includes(year)) continue
    report.error(placeOf(tree, ['holidays', 'dates']), 'holidays.dates', {
      expected: `the holidays of ${year}`,
      got: settings.holidayYears.length === 0 ? 'no year' : `only ${settings.holidayYears.join(', ')}`,
      why: 'without them a holiday would look like an ordinary session',
      fix: `add \`${year}:\` with the days on which the exchange is closed`,
    })
  }
}

function checkProtection({ tree, rules: enabled, general }: RiskSettings, report: Report): void {
  if (general?.allowUnprotected === true || PROTECTIVE.some((id) => enabled[id]?.mode === 'enforce')) return
  report.error(placeOf(tree, ['rules']), 'rules', {
    expected: `one of ${PROTECTIVE.join(', ')}, enabled and enforced`,
    got: 'no rule that limits size or loss',
    why: 'a daemon that runs and protects nothing is worse than none',
    fix: 'enable a limit, or write `general.allow_unprotected: true`',
  })
}

function checkLimitsFit({ tree, rules: enabled, general }: RiskSettings, report: Report): void {
  const total = enabled.max_contracts
  const perProduct = enabled.max_contracts_per_instrument
  const path = ['rules', 'max_contracts_per_instrument']
  if (total?.count_type === 'net' && countProducts(enabled, general) !== 1)
    warnAt(tree, ['rules', 'max_contracts', 'count_type'], report, {
      expected: '`gross` or `net_by_product` with more than one product',
      why: 'opposite positions in different products do not cancel their risk',
      fix: 'write `gross`, or name the one product in general.instruments',
    })
  if (total === undefined || perProduct === undefined || total.weighting !== 'contracts') return
  const expected = `at most max_contracts.limit (${total.limit})`
  const complaint = { expected, why: 'the smaller limit of the two always holds', fix: `write ${total.limit} or less` }
  for (const [product, limit] of Object.entries(perProduct.instrument_limits))
    if (limit > total.limit) warnAt(tree, [...path, 'instrument_limits', product], report, complaint)
  if ((perProduct.default_limit ?? 0) > total.limit) warnAt(tree, [...path, 'default_limit'], report, complaint)
  const unknown = perProduct.unknown_symbol_action
  if (unknown?.kind === 'allow-with-limit' && unknown.contracts > total.limit)
    warnAt(tree, [...path, 'unknown_symbol_action'], report, complaint)
}

/** A position may not lose what ends the day: the day's rule would always act first. */
function checkLossesFit({ tree, rules: enabled }: RiskSettings, report: Report): void {
  const position = enabled.daily_unrealized_loss
  const day = enabled.daily_realized_loss
  if (position === undefined || day === undefined) return
  if (position.scope !== 'per_position' || position.limit > day.limit) return
  const path = ['rules', 'daily_unrealized_loss', 'limit']
  report.error(placeOf(tree, path), keyPathOf(path), {
    expected: `a loss smaller than daily_realized_loss.limit (${formatUsd(day.limit)})`,
    got: formatUsd(position.limit),
    why: 'the daily limit would close the position before',
    fix: 'tighten it, or write `scope: total`',
  })
}

function checkTargetsFit({ tree, rules: enabled, general }: RiskSettings, report: Report): void {
  const day = enabled.daily_realized_profit
  if (day === undefined) return
  const position = enabled.max_unrealized_profit
  if (position !== undefined && position.target > day.target)
    warnAt(tree, ['rules', 'max_unrealized_profit', 'target'], report, {
      expected: `at most daily_realized_profit.target (${formatUsd(day.target)})`,
      why: "the day's target would close the position before",
      fix: 'lower it, or raise the target of the day',
    })
  const named = general?.instruments ?? []
  const traded = KNOWN_PRODUCTS.filter(({ root }) => named.length === 0 || named.includes(root))
  const coarse = traded.filter(({ tickValue }) => tickValue > day.target).map(({ root }) => root)
  // Without a list of instruments nobody knows what will be traded.
  if (coarse.length === 0 || (named.length === 0 && coarse.length < traded.length)) return
  warnAt(tree, ['rules', 'daily_realized_profit', 'target'], report, {
    expected: 'more than one tick of each instrument',
    why: `one tick of ${coarse.join(', ')} is worth more`,
    fix: 'raise the target, or take the product out of general.instruments',
  })
}

/** A block that names nothing protects from nothing, and looks as if it did. */
function checkBlocks({ tree, rules: enabled }: RiskSettings, report: Report): void {
  for (const [index, text] of (enabled.symbol_blocks?.blocked_symbols ?? []).entries()) {
    const pattern = new SymbolPattern(text)
    if (pattern.namesContracts) continue
    if (KNOWN_PRODUCTS.some(({ root, code }) => pattern.matches(root) || pattern.matches(code))) continue
    warnAt(tree, ['rules', 'symbol_blocks', 'blocked_symbols', index], report, {
      expected: 'a pattern that names a product of the gateway',
      why: 'no product that is known has such a name',
      fix: 'write the exchange root, such as `RTY` or `*BT*`',
    })
  }
}

function countProducts(enabled: EnabledRules, general: GeneralSettings | null): number {
  return general === null || general.instruments.length === 0
    ? Object.keys(enabled.max_contracts_per_instrument?.instrument_limits ?? {}).length
    : general.instruments.length
}

function checkOverridesOfDisabledRules({ risk, settings }: CheckedAccount, report: Report): void {
  for (const layer of risk.ownLayers)
    for (const id of EVALUATION_ORDER) {
      const path = ['rules', id]
      const block = mapAt(layer, path)
      if (block === null || settings.rules[id] !== undefined || isGiven(layer, [...path, 'enabled'])) continue
      if (block.entries.size === 0) continue
      report.warning(placeOf(layer, path), keyPathOf(path), {
        expected: 'overrides of a rule that is on',
        got: `settings of ${rules[id].code}, which is off`,
        why: 'they have no effect',
        fix: 'add `enabled: true`, or remove the block',
      })
    }
}

const PREFIXES: readonly (readonly [RegExp, AccountType])[] = [
  [/^PRAC/, 'practice'],
  [/^\d+KTC/, 'combine'],
  [/^EXPRESS/, 'express'],
]

/** The firm's account names carry the programme (gateway contract, 2.4). */
function checkType(entry: AccountEntry, layers: AccountLayers, report: Report): void {
  const named = typeof entry.id === 'string' ? entry.id : entry.name
  const type = PREFIXES.find(([prefix]) => prefix.test(named))?.[1]
  if (type === undefined || type === entry.type) return
  report.warning(placeOf(layers.entryNode, ['account_type']), keyPathOf([...layers.path, 'account_type']), {
    expected: `\`${type}\`, as the account is called ${named}`,
    got: `\`${entry.type}\``,
    why: 'the name carries the programme of the firm',
    fix: `write \`${type}\`, or correct the account`,
  })
}

const MICROS_PER_MINI = 10

function checkPlan({ plan }: AccountEntry, { tree, rules: enabled }: RiskSettings, report: Report): void {
  if (plan === null) return
  const { lots, dailyLoss } = PLANS[plan.size]
  const loss = enabled.daily_realized_loss
  if (loss !== undefined && loss.limit < dailyLoss) {
    const path = ['rules', 'daily_realized_loss', 'limit']
    report.error(placeOf(tree, path), keyPathOf(path), {
      expected: `a loss no larger than the plan's ${formatUsd(dailyLoss)}`,
      got: formatUsd(loss.limit),
      why: `the firm ends the day of a ${plan.size} account before that`,
      fix: 'tighten the limit, or correct the plan in accounts.yaml',
    })
  }
  const size = enabled.max_contracts
  if (size === undefined) return
  const most = size.weighting === 'contracts' ? lots * MICROS_PER_MINI : lots
  if (size.limit <= most) return
  const path = ['rules', 'max_contracts', 'limit']
  report.error(placeOf(tree, path), keyPathOf(path), {
    expected: `at most ${most} (the plan's ${lots} minis or ${lots * MICROS_PER_MINI} micros)`,
    got: String(size.limit),
    why: `the firm refuses more on a ${plan.size} account, so the limit would never act`,
    fix: 'lower the limit, or correct the plan in accounts.yaml',
  })
}

/** The hard lockouts whose length stands in the rule or in the timers file, never in both. */
const HARD_LOCKOUTS = {
  daily_realized_loss: {
    term: 'dailyRealizedLoss',
    why: 'the day is lost until the reset; a lockout that ends before lets the loss grow',
  },
  daily_realized_profit: {
    term: 'dailyRealizedProfit',
    why: 'the day is won until the reset; a lockout that ends before lets the profit go',
  },
} as const

function checkLockoutTerms({ tree, rules: enabled }: RiskSettings, timers: TimersSource, report: Report): void {
  for (const id of ['daily_realized_loss', 'daily_realized_profit'] as const) {
    const rule = enabled[id]
    if (rule === undefined) continue
    const { term: named, why } = HARD_LOCKOUTS[id]
    const inTimers = ['lockout_durations', 'hard_lockout', id]
    const inRule = ['rules', id, 'lockout']
    if (rule.lockout !== undefined && isGiven(timers.tree, inTimers))
      report.error(placeOf(tree, inRule), keyPathOf(inRule), {
        expected: `the lockout here or under ${keyPathOf(inTimers)}`,
        got: `both (${at(placeOf(timers.tree, inTimers))})`,
        why: 'two durations for one lockout contradict each other',
        fix: 'remove one of them',
      })
    const term = rule.lockout ?? timers.settings.timers[named]
    if (term.kind === 'until-reset') continue
    const [root, path] = rule.lockout === undefined ? [timers.tree, inTimers] : [tree, inRule]
    warnAt(root, path, report, {
      expected: '`until_reset`',
      why,
      fix: 'write `until_reset`, unless this is meant',
    })
  }
}

/** Whatever is counted per day needs a day that ends. */
function checkResets({ rules: enabled }: RiskSettings, timers: TimersSource, report: Report): void {
  if (timers.settings.resetEnabled) return
  const { tradeFrequency } = timers.settings.timers
  const frequency = enabled.trade_frequency_limit
  const terms: readonly LockoutTerm[] = [tradeFrequency.perMinute, tradeFrequency.perHour, tradeFrequency.perSession]
  const needing: RuleId[] = []
  if (enabled.daily_realized_loss !== undefined) needing.push('daily_realized_loss')
  if (enabled.daily_realized_profit !== undefined) needing.push('daily_realized_profit')
  if (frequency !== undefined && (frequency.limits.per_session !== null || terms.some(endsAtReset)))
    needing.push('trade_frequency_limit')
  const cooldown = enabled.cooldown_after_loss
  if (cooldown !== undefined && cooldownsOf(cooldown, timers).some(endsAtReset)) needing.push('cooldown_after_loss')
  if (needing.length === 0) return
  report.error(placeOf(timers.tree, ['daily_reset', 'enabled']), 'daily_reset.enabled', {
    expected: '`true`',
    got: '`false`',
    why: `${needing.map((id) => rules[id].code).join(' and ')} count by the day, and a lockout until the reset could never end`,
    fix: 'write `true`, or disable these rules',
  })
}

function cooldownsOf(
  { loss_threshold, loss_thresholds }: NonNullable<EnabledRules['cooldown_after_loss']>,
  timers: TimersSource,
): readonly LockoutTerm[] {
  if (loss_threshold !== undefined) return [timers.settings.timers.cooldownAfterLoss]
  return (loss_thresholds ?? []).map(({ cooldown }) => cooldown)
}

function endsAtReset(term: LockoutTerm): boolean {
  return term.kind === 'until-reset'
}

function checkSessions({ tree, rules: enabled }: RiskSettings, timers: TimersSource, report: Report): void {
  const { settings } = timers
  const session = enabled.session_block_outside
  const block = ['rules', 'session_block_outside']
  const zone = settings.timers.sessionHours?.timeZone
  if (zone !== undefined && !isSameZone(zone, settings.reset.timeZone))
    report.warning(placeOf(timers.tree, ['session_hours', 'timezone']), 'session_hours.timezone', {
      expected: `the zone of the reset, ${settings.reset.timeZone}`,
      got: zone,
      why: 'hours in two zones are easily misread, and their distance changes twice a year',
      fix: 'write both in one zone',
    })
  if (session === undefined) return
  const own = [...block, 'global_session']
  if (session.global_session !== undefined && settings.timers.sessionHours !== null)
    report.error(placeOf(tree, own), keyPathOf(own), {
      expected: 'the session here or under session_hours in timers_config.yaml',
      got: `both (${at(placeOf(timers.tree, ['session_hours']))})`,
      why: 'two sessions for one account contradict each other',
      fix: 'remove one of them',
    })
  const global = session.global_session ?? settings.timers.sessionHours
  const perProduct = Object.values(session.per_instrument_sessions).filter((hours) => hours !== null)
  if (global === null && perProduct.length === 0)
    report.error(placeOf(tree, block), keyPathOf(block), {
      expected: 'a session: session_hours in timers_config.yaml, global_session or per_instrument_sessions',
      got: 'none that is turned on',
      why: 'without a session nothing is outside of it, and the rule would never act',
      fix: 'add `session_hours:` to timers_config.yaml, or disable the rule',
    })
  if (session.respect_holidays && !settings.holidaysEnabled)
    report.error(placeOf(timers.tree, ['holidays', 'enabled']), 'holidays.enabled', {
      expected: '`true`, as session_block_outside respects holidays',
      got: '`false`',
      why: 'the rule asks for holidays that are turned off',
      fix: 'write `true`, or `respect_holidays: false` in the rule',
    })
}

function isSameZone(a: string, b: string): boolean {
  return new Temporal.ZonedDateTime(0n, a).equals(new Temporal.ZonedDateTime(0n, b))
}

function warnAt(
  root: MapNode,
  path: readonly (string | number)[],
  report: Report,
  complaint: Omit<Complaint, 'got'>,
): void {
  const node: ConfigNode | null = nodeAt(root, path)
  report.warning(placeOf(root, path), keyPathOf(path), {
    ...complaint,
    got: node === null ? 'nothing' : describe(node, path),
  })
}

function at({ file, line }: Place): string {
  return `${file}:${line}`
}

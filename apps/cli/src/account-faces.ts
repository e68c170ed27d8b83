import type {
  AccountReport,
  CalendarReport,
  DaemonReport,
  LimitReport,
  LockoutReport,
  WeekReport,
} from '@rm/control-api'
import { formatInZone, type Instant, unreachable } from '@rm/domain'
import { table, visible, wrapped } from '@rm/runtime-pack/terminal'
import { amount, span } from './amounts-text.ts'
import { painted, type TextStyle } from './text-style.ts'

/** `status`: the daemon in two lines, each account with why it is what it is. */
export function statusText(report: DaemonReport, style: TextStyle): string {
  const { version, run, startedAt, now, streams, timeTrusted, accounts, timeZone } = report
  const lines = [
    `risk-manager ${version}, run ${run}, up ${span(now - startedAt)}, ${formatInZone(now, timeZone)}`,
    `streams: user ${streamText(streams.user)}, market ${streamText(streams.market)}; ${timeTrusted ? 'time trusted' : 'TIME NOT TRUSTED'}`,
  ]
  for (const account of accounts) lines.push('', ...accountLines(account, report, style))
  return `${lines.join('\n')}\n`
}

/** `limits`: used and left, with a bar. */
export function limitsText({ accounts }: DaemonReport, style: TextStyle): string {
  return sections(accounts, style, (account) => {
    if (account.limits.length === 0) return 'no limit is measured now\n'
    const rows = account.limits.map((limit) => {
      const { used, of, left } = inWords(limit)
      return [limit.rule, visible(limit.what), bar(limit), `${used} of ${of}`, left]
    })
    return table(['rule', 'what', 'used', '', 'left'], rows, style.width)
  })
}

/** `positions`, with the orders that protect them. */
export function positionsText({ accounts }: DaemonReport, style: TextStyle): string {
  return sections(accounts, style, ({ positions, orders }) => {
    if (positions.length === 0 && orders.length === 0) return 'flat, no working orders\n'
    const held = positions.map(({ contract, signedSize, averagePrice, unrealized, unknownBecause, covered }) => [
      contract,
      signed(signedSize),
      String(averagePrice),
      unknownBecause === null ? amount(unrealized) : `unknown: ${unknownBecause}`,
      covered ? 'has a stop' : 'no stop',
    ])
    const working = orders.map(({ id, contract, side, type, size, filled, price, ours }) => [
      `#${id}`,
      contract,
      `${side} ${size - filled}`,
      `${type}${price === null ? '' : ` ${price}`}`,
      ours ? 'of the risk manager' : '',
    ])
    return [
      held.length === 0 ? '' : table(['position', 'size', 'average', 'open P&L', ''], held, style.width),
      working.length === 0 ? '' : table(['order', 'contract', 'what', 'at', ''], working, style.width),
    ].join('')
  })
}

/** `pnl`: the day in all and by product, and the week. */
export function pnlText({ accounts, timeZone }: DaemonReport, style: TextStyle): string {
  return sections(accounts, style, ({ pnl, balance }) => {
    const { day, net, gross, costs, unrealized, total, week, products } = pnl
    const rows = [
      ...products.map((one) => [
        one.product,
        String(one.trades),
        amount(one.gross),
        amount(one.costs),
        amount(one.net),
      ]),
      ['realized', '', amount(gross), amount(costs), amount(net)],
      ['open', '', '', '', amount(unrealized)],
      ['total', '', '', '', amount(total)],
      ...(week === null ? [] : [['week', '', amount(week.gross), amount(week.costs), amount(week.net)]]),
    ]
    const days = table(['', 'trades', 'gross', 'costs', 'net'], rows, style.width)
    return `trading day ${day}, balance ${amount(balance)}\n${days}${week === null ? '' : `${weekText(week, timeZone)}\n`}`
  })
}

function weekText({ since, knownFrom, net }: WeekReport, timeZone: string): string {
  const week = `week since ${formatInZone(since, timeZone)}, realized`
  if (net !== null) return week
  return `${week}: ${knownFrom === null ? 'its trades are not read yet' : `trades are known from ${formatInZone(knownFrom, timeZone)} on`}`
}

/** A lockout in one line with its countdown. */
export function lockoutText(lockout: LockoutReport, now: Instant, timeZone: string): string {
  const { rule, scope, effect, until, endsWith, endedAt } = lockout
  const what = `${rule} ${scope === 'account' ? 'account' : scope} ${effect}`
  if (endedAt !== null) return `${what}, ended ${formatInZone(endedAt, timeZone)}`
  if (until === null) return `${what}, until ${endsWith}`
  return `${what}, until ${formatInZone(until, timeZone)} (${endsWith}), in ${span(until - now)}`
}

/** `calendar`: what the clock will do. */
export function calendarText(
  { accounts, holidays }: CalendarReport,
  now: Instant,
  timeZone: string,
  { width }: TextStyle,
): string {
  const at = (instant: Instant | null): string =>
    instant === null ? 'nobody knows when' : formatInZone(instant, timeZone)
  const lines = [`now ${at(now)}`]
  for (const { accountId, tradingDay, nextReset, session } of accounts) {
    lines.push(`${accountId} trading day ${tradingDay}, reset ${at(nextReset)}, in ${span(nextReset - now)}`)
    if (session?.open === true) lines.push(`  session open until ${at(session.nextEnd)}`)
    if (session?.open === false) lines.push(`  session closed, opens ${at(session.nextStart)}`)
  }
  for (const { date, what } of holidays) lines.push(...wrapped(`${date} ${visible(what)}`, width, 11))
  return `${lines.join('\n')}\n`
}

function accountLines(account: AccountReport, { now, timeZone }: DaemonReport, style: TextStyle): readonly string[] {
  const { id, name, word, because, pnl, positions, lockouts, limits } = account
  const title = `${painted(word, wordColor(word), style)} ${id} ${visible(name)}`
  const open = positions.map(({ contract, signedSize }) => `${signed(signedSize)} ${contract}`).join(', ')
  const nearest = limits.filter(({ kind }) => kind === 'limit').toSorted((a, b) => shareOf(b) - shareOf(a))[0]
  return [
    title,
    ...because.flatMap((reason) => wrapped(`  ${visible(reason)}`, style.width, 4)),
    ...lockouts.flatMap((lockout) => wrapped(`  ${lockoutText(lockout, now, timeZone)}`, style.width, 4)),
    `  day ${amount(pnl.net)} realized, ${amount(pnl.unrealized)} open, ${amount(pnl.total)} in all; ${open === '' ? 'flat' : open}`,
    ...(nearest === undefined
      ? []
      : [`  nearest limit: ${nearest.rule} ${visible(nearest.what)} ${bar(nearest)} ${inWords(nearest).left} left`]),
  ]
}

function sections(
  accounts: readonly AccountReport[],
  style: TextStyle,
  body: (account: AccountReport) => string,
): string {
  return accounts
    .map(
      (account) =>
        `${painted(account.word, wordColor(account.word), style)} ${account.id} ${visible(account.name)}\n${body(account)}`,
    )
    .join('\n')
}

function wordColor(word: AccountReport['word']): 'red' | 'yellow' | 'green' {
  if (word === 'ACTIVE') return 'green'
  return word === 'LOCKED' || word === 'HALTED' ? 'red' : 'yellow'
}

function streamText({ up, silentMs }: DaemonReport['streams']['user']): string {
  const silence = silentMs === null ? 'nothing heard yet' : `last heard ${span(silentMs)} ago`
  return `${up ? 'up' : 'DOWN'}, ${silence}`
}

function signed(size: number): string {
  return size > 0 ? `+${size}` : String(size)
}

function inWords({ measure, ticksLeft }: LimitReport): {
  readonly used: string
  readonly of: string
  readonly left: string
} {
  switch (measure.unit) {
    case 'usd': {
      const ticks = ticksLeft === null ? '' : `, ${ticksLeft} ticks`
      return { used: amount(measure.used), of: amount(measure.limit), left: `${amount(measure.left)}${ticks}` }
    }
    case 'time':
      return { used: span(measure.usedMs), of: span(measure.limitMs), left: span(measure.leftMs) }
    case 'contracts':
    case 'trades':
      return { used: String(measure.used), of: `${measure.limit} ${measure.unit}`, left: String(measure.left) }
    default:
      return unreachable(measure)
  }
}

/** Share of the limit that is used, 0 to 1. What nobody knows may be all of it. */
function shareOf({ measure }: LimitReport): number {
  const [used, limit] = measure.unit === 'time' ? [measure.usedMs, measure.limitMs] : [measure.used, measure.limit]
  if (used === null || limit === 0) return 1
  return Math.min(1, Math.max(0, used / limit))
}

const BAR_CELLS = 10

function bar(limit: LimitReport): string {
  if (limit.measure.unit === 'usd' && limit.measure.used === null) return '?'.repeat(BAR_CELLS)
  const full = Math.round(shareOf(limit) * BAR_CELLS)
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
}

import type { AccountState } from '@rm/engine'
import { exposureOf, signedSize } from '@rm/state/book'
import { lastReset } from './chicago-day.ts'
import type { Evidence } from './evidence.ts'
import { RESET_MS } from './resets-come-once.ts'
import type { TrueAccount } from './truth.ts'

/** Ten-thousandths of a dollar. */
const UNITS = 10_000
/** A trade that was taken back unheard is found by the balance: two comparisons, and the reading of the whole day. */
const VOID_FOUND_MS = 95_000
/** Nothing has changed, and nothing was heard, for so long before the reading that the book is compared after. */
const REST_MS = 3_500

/** S-06, S-07 and S-15: the program's book beside the naive one. */
export class BookIsTrue {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** A full reading with the trades since then was handed to the program: it knows of what was taken back before. */
  reconciled(accountId: number, requestedMs: number, tradesSince: number): void {
    const { untoldVoids } = this.#evidence.account(accountId)
    for (const [id, { publishedMs, at }] of untoldVoids) {
      if (publishedMs < requestedMs && tradesSince <= at) untoldVoids.delete(id)
    }
  }

  look(state: AccountState): void {
    const nowMs = this.#evidence.nowMs()
    const healthyMs = this.#evidence.healthyMs()
    const account = this.#evidence.account(state.accountId)
    const { reconciledMs, shownMs, heardMs } = this.#evidence.watch(state.accountId)
    const isVoidUntold = [...account.untoldVoids.values()].some(
      ({ publishedMs }) => nowMs - Math.max(healthyMs, publishedMs) < VOID_FOUND_MS,
    )
    const trueNow = this.#evidence.trueNow()
    const isDaySettled = trueNow - lastReset(trueNow) > RESET_MS
    if (!isVoidUntold && isDaySettled && shownMs > account.tradedMs) this.#money(state, account)
    const restMs = Math.max(account.changedMs, heardMs) + REST_MS
    if (healthyMs <= nowMs && reconciledMs > restMs) this.#exposure(state, account)
  }

  /** To be asked when a reading of all trades was answered that left after the last of them. */
  #money(state: AccountState, account: TrueAccount): void {
    const { verdicts } = this.#evidence
    const start = lastReset(this.#evidence.trueNow())
    const expected = naiveNet(account, start)
    const day = state.book.trades.find((one) => one.day.start === start)
    const booked = day === undefined ? 0 : Number(day.realized.net)
    const story = (): string =>
      `account ${account.id}: the trades of the day make ${expected / UNITS} $, the book says ${booked / UNITS} $`
    verdicts.check('S-06', booked === expected, story)
    verdicts.check('S-15', Number.isSafeInteger(booked), story)
  }

  /** To be asked when nothing has changed for long enough. */
  #exposure({ book }: AccountState, account: TrueAccount): void {
    const { verdicts } = this.#evidence
    const contracts = new Set([...account.sizes.keys(), ...book.contracts.keys()])
    for (const contractId of contracts) {
      const size = account.sizes.get(contractId) ?? 0
      const known = [...book.contracts.keys()].find((id) => id === contractId)
      const booked = known === undefined ? 0 : signedSize(book, known)
      verdicts.check(
        'S-07',
        booked === size,
        () => `account ${account.id}: the position in ${contractId} is ${size}, the book says ${booked}`,
      )
    }
    const booked = exposureOf(book)
      .orders.map(({ id }) => Number(id))
      .toSorted((a, b) => a - b)
    const works = [...account.working.keys()].toSorted((a, b) => a - b)
    verdicts.check(
      'S-07',
      booked.join(' ') === works.join(' '),
      () => `account ${account.id}: the orders ${works.join(', ')} work, the book says ${booked.join(', ')}`,
    )
  }
}

/** The day's P&L after costs, trade by trade, from the set that the exchange published. */
export function naiveNet(account: TrueAccount, dayStart: number): number {
  const { net, reports } = account
  if (net.dayStart !== dayStart || net.reports !== reports) {
    account.net = { dayStart, reports, amount: folded(account, dayStart) }
  }
  return account.net.amount
}

function folded({ trades }: TrueAccount, dayStart: number): number {
  let sum = 0
  const openings = new Set<string>()
  for (const trade of trades.values()) {
    const { voided, creationTimestamp, profitAndLoss, fees, commissions } = trade
    if (voided || Date.parse(creationTimestamp) < dayStart) continue
    if (profitAndLoss === null || profitAndLoss === undefined) {
      // An opening half-turn that is re-sent under another id counts once (risk rules 1.3).
      const likeness = `${trade.orderId} ${trade.price} ${trade.size} ${microseconds(creationTimestamp)}`
      if (openings.has(likeness)) continue
      openings.add(likeness)
    }
    sum += units(profitAndLoss ?? 0) - units(fees) - units(commissions ?? 0)
  }
  return sum
}

/** The program keeps whole microseconds of a stamp; trailing zeros are not written. */
function microseconds(stamp: string): string {
  const [whole = '', fraction = ''] = stamp.split('+')[0]?.split('.') ?? []
  return `${whole}.${fraction.padEnd(6, '0').slice(0, 6)}`
}

function units(dollars: number): number {
  return Math.round(dollars * UNITS)
}

import type { AccountState } from '@rm/engine'
import { exposureOf, signedSize } from '@rm/state/book'
import { lastReset } from './chicago-day.ts'
import type { TrueAccount } from './truth.ts'
import type { Verdicts } from './verdicts.ts'

/** Ten-thousandths of a dollar. */
const UNITS = 10_000

/** S-06, S-07 and S-15: the program's book beside the naive one. */
export class BookCompare {
  readonly #verdicts: Verdicts

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts
  }

  /** To be asked when a reading of all trades was answered that left after the last of them. */
  money(state: AccountState, truth: TrueAccount, trueNow: number): void {
    const start = lastReset(trueNow)
    const expected = naiveNet(truth, start)
    const day = state.book.trades.find((one) => one.day.start === start)
    const booked = day === undefined ? 0 : Number(day.realized.net)
    const story = (): string =>
      `account ${truth.id}: the trades of the day make ${expected / UNITS} $, the book says ${booked / UNITS} $`
    this.#verdicts.check('S-06', booked === expected, story)
    this.#verdicts.check('S-15', Number.isSafeInteger(booked), story)
  }

  /** To be asked when nothing has changed for long enough. */
  exposure(state: AccountState, truth: TrueAccount): void {
    const contracts = new Set([...truth.sizes.keys(), ...state.book.contracts.keys()])
    for (const contractId of contracts) {
      const size = truth.sizes.get(contractId) ?? 0
      const known = [...state.book.contracts.keys()].find((id) => id === contractId)
      const booked = known === undefined ? 0 : signedSize(state.book, known)
      this.#verdicts.check(
        'S-07',
        booked === size,
        () => `account ${truth.id}: the position in ${contractId} is ${size}, the book says ${booked}`,
      )
    }
    const booked = exposureOf(state.book)
      .orders.map(({ id }) => Number(id))
      .toSorted((a, b) => a - b)
    const works = [...truth.working.keys()].toSorted((a, b) => a - b)
    this.#verdicts.check(
      'S-07',
      booked.join(' ') === works.join(' '),
      () => `account ${truth.id}: the orders ${works.join(', ')} work, the book says ${booked.join(', ')}`,
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

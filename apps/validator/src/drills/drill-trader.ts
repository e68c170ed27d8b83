import type { ContractId, ContractSpec, Drill, DrillStep, Instant, Usd } from '@rm/domain'
import { z } from 'zod'
import { awaitCondition, type Patience } from '../rehearsal/await-condition.ts'
import type { TradersOrder, Venue } from '../rehearsal/venue.ts'
import type { DrilledRule } from './drilled-rules.ts'
import type { StandIns } from './stand-ins.ts'

type Step<Kind extends DrillStep['kind']> = Extract<DrillStep, { readonly kind: Kind }>

/** What a profit loses by fees and by the spread, at most: the fees of the simulator are below five dollars. */
const COSTS = 100_000
/** So many ticks more than needed: of the spread, and of a price that has to be reached and not only met. */
const SPARE_TICKS = 2
/** Where an order waits that must not fill. */
const AWAY_TICKS = 60
const FILL_MS = 5_000

/**
 * Does on the exchange what a drill tells: positions come about by orders that fill, results by prices that move, and the firm's switch is the firm's.
 */
export class DrillTrader {
  readonly #venue: Venue
  readonly #drilled: DrilledRule
  readonly #standIns: StandIns
  readonly #patience: Patience
  /** What was paid last for each contract that is held. */
  readonly #paid = new Map<ContractId, number>()
  /** Orders that are to work as soon as a price is known. */
  #waiting: Step<'order-works'>[] = []

  constructor(venue: Venue, drilled: DrilledRule, standIns: StandIns, signal: AbortSignal) {
    this.#venue = venue
    this.#drilled = drilled
    this.#standIns = standIns
    this.#patience = { withinMs: FILL_MS, signal }
  }

  /** Everything until time has to pass. @returns when the rest happens; `null`: nothing is left */
  async begin({ steps }: Drill): Promise<Instant | null> {
    // A drill may begin with a position in profit. On an exchange the position comes first.
    const inOrder = steps.toSorted((a, b) => Number(a.kind === 'price-is') - Number(b.kind === 'price-is'))
    for (const step of inOrder) {
      if (step.kind === 'time-passes') return step.until
      await this.#do(step, steps)
    }
    return null
  }

  /** One contract of the other product, whatever the rules say. */
  async enterOther(): Promise<ContractSpec> {
    await this.#buy(this.#standIns.other, 1)
    return this.#standIns.other
  }

  async #do(step: Exclude<DrillStep, { readonly kind: 'time-passes' }>, all: Drill['steps']): Promise<void> {
    switch (step.kind) {
      case 'position-is':
        // Entries that follow make it.
        return all.some(isEntry) ? undefined : this.#hold(step.contract, step.signedSize)
      case 'order-filled':
        return step.realizedPnl === null ? this.#hold(step.contract, step.contracts) : this.#realize(step.realizedPnl)
      case 'order-works':
        this.#waiting.push(step)
        return this.#placeWaiting()
      case 'trading-is':
        return this.#venue.setCanTrade(this.#drilled.accountId, step.isAllowed)
      case 'price-is':
        return this.#movePrice(step, entryPriceOf(all))
      default:
        return step satisfies never
    }
  }

  async #hold(contract: ContractSpec, signedSize: number): Promise<void> {
    const listed = this.#listed(contract)
    const price = signedSize > 0 ? await this.#buy(listed, signedSize) : await this.#sell(listed, -signedSize)
    this.#paid.set(listed.id, price)
    await this.#placeWaiting()
  }

  /** Wins or loses at least so much on another contract. What the daemon closes first has the same result. */
  async #realize(amount: Usd): Promise<void> {
    const { other } = this.#standIns
    const wanted = Math.abs(amount) + (amount > 0 ? COSTS : 0)
    const ticks = Math.ceil(wanted / other.tickValue) + SPARE_TICKS
    await this.#buy(other, 1)
    await this.#venue.move(other.id, amount > 0 ? ticks : -ticks)
    await this.#venue.close(this.#drilled.accountId, other.id)
  }

  async #placeWaiting(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const step of waiting) {
      const listed = this.#listed(step.contract)
      const paid = this.#paid.get(listed.id)
      if (paid === undefined) this.#waiting.push(step)
      else {
        const limitPrice = onGrid(paid - AWAY_TICKS * listed.tickSize, listed)
        await this.#venue.place({ ...this.#order(listed, step.contracts), side: step.side, limitPrice })
      }
    }
  }

  /** The open position wins or loses the money that it does in the drill; where the rule counts ticks, as many of them, short of its target. */
  async #movePrice({ contract, bid }: Step<'price-is'>, drilledAt: number): Promise<void> {
    const listed = this.#listed(contract)
    const moved = bid - drilledAt / contract.tickSize
    const { trade_management: management } = this.#drilled.alone
    if (management !== undefined) {
      const { auto_take_profit: target } = management
      const ticks = target.enabled ? Math.min(moved, target.distance_ticks - 2 * SPARE_TICKS) : moved
      return this.#venue.move(listed.id, ticks)
    }
    const ticks = Math.ceil((Math.abs(moved) * contract.tickValue) / listed.tickValue) + SPARE_TICKS
    await this.#venue.move(listed.id, Math.sign(moved) * ticks)
  }

  #listed(contract: ContractSpec): ContractSpec {
    const listed = this.#standIns.by.get(contract.id)
    if (listed === undefined) throw new Error(`nothing stands for ${contract.id}`)
    return listed
  }

  #order(contract: ContractSpec, size: number): Pick<TradersOrder, 'accountId' | 'contractId' | 'size'> {
    return { accountId: this.#drilled.accountId, contractId: contract.id, size }
  }

  async #buy(contract: ContractSpec, size: number): Promise<number> {
    return this.#filled(await this.#venue.place({ ...this.#order(contract, size), side: 'buy' }))
  }

  async #sell(contract: ContractSpec, size: number): Promise<number> {
    return this.#filled(await this.#venue.place({ ...this.#order(contract, size), side: 'sell' }))
  }

  /** @returns the price of the fill */
  async #filled(orderId: number): Promise<number> {
    const fill = await awaitCondition(
      "the fill of the trader's order",
      async () => (await this.#venue.ledger()).find((entry) => entry.kind === 'fill' && entry['orderId'] === orderId),
      this.#patience,
    )
    return z.object({ price: z.number() }).parse(fill).price
  }
}

/** At which price the drill says that its position was opened. */
function entryPriceOf(steps: Drill['steps']): number {
  const held = steps.find((step) => step.kind === 'position-is')
  if (held === undefined) throw new Error('the drill moves a price and holds nothing')
  return held.averagePrice
}

function isEntry(step: DrillStep): boolean {
  return step.kind === 'order-filled' && step.realizedPnl === null
}

function onGrid(price: number, { tickSize }: ContractSpec): number {
  return Math.round(price / tickSize) * tickSize
}

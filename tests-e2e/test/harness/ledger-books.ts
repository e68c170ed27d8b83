import type { Exchange, LedgerEntry } from '@rm/gateway-sim'

type Fill = Extract<LedgerEntry, { kind: 'fill' }>

/** Dollars and contracts of one product, by the name that traders have for it. */
interface ProductBook {
  readonly product: string
  readonly gross: number
  readonly costs: number
  readonly net: number
  readonly trades: number
}

/** One account as an accountant finds it who reads the fills of the venue and nothing of ours. Amounts are dollars. */
export interface AccountBooks {
  readonly products: readonly ProductBook[]
  readonly gross: number
  readonly costs: number
  readonly net: number
  readonly positions: readonly {
    readonly contractId: string
    readonly signedSize: number
    readonly averagePrice: number
    /** What it would win or lose if it were closed at the best price now. */
    readonly open: number
  }[]
  /** Of all positions. */
  readonly open: number
}

interface Held {
  signedSize: number
  /** Sum of ticks times contracts. */
  cost: number
  grossTicks: number
}

/**
 * Nets every fill of an account at average cost. Costs are what the gateway charged for its trades: the ledger has none.
 *
 * @param until - leaves out this fill and what came after it
 */
export function booksOf(exchange: Exchange, accountId: number, until?: Fill): AccountBooks {
  const all = exchange.ledger().filter((one): one is Fill => one.kind === 'fill' && one.accountId === accountId)
  const fills = until === undefined ? all : all.slice(0, all.indexOf(until))
  const held = new Map<string, Held>()
  for (const fill of fills) take(held, fill, tickSizeOf(exchange, fill.contractId))
  const charged = exchange.trades(accountId).filter(({ id }) => fills.some(({ tradeId }) => tradeId === id))
  const products = [...held].map(([contractId, { grossTicks }]) => {
    const trades = charged.filter((trade) => trade.contractId === contractId)
    const gross = cents(grossTicks * tickValueOf(exchange, contractId))
    const costs = cents(sum(trades.map(({ fees, commissions }) => fees + (commissions ?? 0))))
    return {
      product: productNameOf(exchange, contractId),
      gross,
      costs,
      net: cents(gross - costs),
      trades: trades.length,
    }
  })
  const positions = [...held]
    .filter(([, { signedSize }]) => signedSize !== 0)
    .map(([contractId, { signedSize, cost }]) => {
      const tickSize = tickSizeOf(exchange, contractId)
      const { bid, ask } = exchange.bestPrices(contractId)
      const exit = Math.round((signedSize > 0 ? bid : ask) / tickSize)
      const average = cost / signedSize
      const open = cents((exit - average) * signedSize * tickValueOf(exchange, contractId))
      return { contractId, signedSize, averagePrice: average * tickSize, open }
    })
  return {
    products,
    gross: cents(sum(products.map(({ gross }) => gross))),
    costs: cents(sum(products.map(({ costs }) => costs))),
    net: cents(sum(products.map(({ net }) => net))),
    positions,
    open: cents(sum(positions.map(({ open }) => open))),
  }
}

function take(held: Map<string, Held>, { contractId, side, size, price }: Fill, tickSize: number): void {
  const before = held.get(contractId) ?? { signedSize: 0, cost: 0, grossTicks: 0 }
  const signed = side === 0 ? size : -size
  const ticks = Math.round(price / tickSize)
  const isClosing = before.signedSize !== 0 && Math.sign(signed) !== Math.sign(before.signedSize)
  const closed = isClosing ? Math.sign(signed) * Math.min(size, Math.abs(before.signedSize)) : 0
  const average = before.signedSize === 0 ? 0 : before.cost / before.signedSize
  held.set(contractId, {
    signedSize: before.signedSize + signed,
    cost: before.cost + closed * average + (signed - closed) * ticks,
    grossTicks: before.grossTicks + closed * (average - ticks),
  })
}

/** The gateway's code in `CON.F.US.EP.Z26`. */
export function codeOf(contractId: string): string {
  const code = contractId.split('.')[3]
  if (code === undefined) throw new RangeError(`no contract id: ${contractId}`)
  return code
}

function tickSizeOf(exchange: Exchange, contractId: string): number {
  return contractOf(exchange, contractId).tickSize
}

function tickValueOf(exchange: Exchange, contractId: string): number {
  return contractOf(exchange, contractId).tickValue
}

/** `ES` of `ESZ6`. */
function productNameOf(exchange: Exchange, contractId: string): string {
  return contractOf(exchange, contractId).name.replace(/[FGHJKMNQUVXZ]\d+$/, '')
}

function contractOf(exchange: Exchange, contractId: string): NonNullable<ReturnType<Exchange['contract']>> {
  const contract = exchange.contract(contractId)
  if (contract === undefined) throw new RangeError(`nobody lists ${contractId}`)
  return contract
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, one) => total + one, 0)
}

/** Takes the dust of binary fractions away; 1/10 000 dollar is the unit of the gateway's own amounts. */
function cents(amount: number): number {
  return Math.round(amount * 10_000) / 10_000 + 0
}

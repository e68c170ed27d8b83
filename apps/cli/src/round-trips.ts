import type { TradedContract, TradeReport } from '@rm/control-api'
import { addUsd, type ContractId, type Instant, NO_USD, subtractUsd, type Usd, usd } from '@rm/domain'

/** One row of a trades export: a close with what it closed, or an entry that its day did not close. */
export interface RoundTrip {
  /** Of the closing execution; of the opening one while it is open. */
  readonly id: TradeReport['id']
  readonly contractId: ContractId
  readonly side: 'long' | 'short'
  readonly size: number
  /** `null`: it was entered in an earlier trading day. */
  readonly enteredAt: Instant | null
  /** Average, as the gateway's P&L counts it; `null` when nobody knows what a tick of the contract is worth. */
  readonly entryPrice: number | null
  /** `null`: the day ended before it was closed. */
  readonly exitedAt: Instant | null
  readonly exitPrice: number | null
  /** Gross. */
  readonly pnl: Usd
  /** Of both sides, as far as they fell into this trading day. */
  readonly fees: Usd
  readonly commissions: Usd
  /** Who closed it, or who entered what is open. */
  readonly origin: TradeReport['origin']
}

/** An entry, or what closes have left of it. */
interface Lot extends Costs {
  readonly entry: TradeReport
  readonly size: number
}

interface Costs {
  readonly fees: Usd
  readonly commissions: Usd
}

/**
 * Executions of one trading day as round trips, first in first out. Entries that the day did not close stand after the closes, so that the rows
 * amount to exactly what the executions amount to: the firm charges half of the costs at the entry.
 *
 * @param trades - what counts, in order of time
 */
export function roundTripsOf(
  trades: readonly TradeReport[],
  contracts: ReadonlyMap<ContractId, TradedContract>,
): readonly RoundTrip[] {
  const closed: RoundTrip[] = []
  const open = new Map<ContractId, readonly Lot[]>()
  for (const trade of trades) {
    const lots = open.get(trade.contractId) ?? []
    if (trade.realizedPnl === null) {
      open.set(trade.contractId, [...lots, { ...trade, entry: trade }])
      continue
    }
    const { taken, left } = takeLots(lots, trade)
    open.set(trade.contractId, left)
    closed.push(closeOf(trade, trade.realizedPnl, taken, contracts.get(trade.contractId)))
  }
  return [...closed, ...[...open.values()].flat().map(openRow)]
}

/** As many contracts of the lots as the trade closes, oldest first. A lot on the trade's own side is no entry of it. */
function takeLots(lots: readonly Lot[], { side, size }: TradeReport): { taken: readonly Lot[]; left: readonly Lot[] } {
  const taken: Lot[] = []
  const left: Lot[] = []
  let missing = size
  for (const lot of lots) {
    const part = lot.entry.side === side ? 0 : Math.min(missing, lot.size)
    missing -= part
    const [first, rest] = split(lot, part)
    if (first.size > 0) taken.push(first)
    if (rest.size > 0) left.push(rest)
  }
  return { taken, left }
}

/** Two parts that cost together what the whole costs, to the last unit. */
function split(lot: Lot, size: number): readonly [Lot, Lot] {
  const share = (whole: Usd): Usd => usd(Math.trunc((whole * size) / lot.size))
  const [fees, commissions] = [share(lot.fees), share(lot.commissions)]
  return [
    { entry: lot.entry, size, fees, commissions },
    {
      entry: lot.entry,
      size: lot.size - size,
      fees: subtractUsd(lot.fees, fees),
      commissions: subtractUsd(lot.commissions, commissions),
    },
  ]
}

function closeOf(
  { id, contractId, side, size, price, at, origin, ...costs }: TradeReport,
  pnl: Usd,
  taken: readonly Lot[],
  contract: TradedContract | undefined,
): RoundTrip {
  const { fees, commissions } = sumOf([costs, ...taken])
  const held = side === 'sell' ? 'long' : 'short'
  return {
    id,
    contractId,
    side: held,
    size,
    enteredAt: taken[0]?.entry.at ?? null,
    entryPrice: contract === undefined ? null : entryPriceOf(price, pnl, size, held, contract),
    exitedAt: at,
    exitPrice: price,
    pnl,
    fees,
    commissions,
    origin,
  }
}

function openRow({ entry, size, fees, commissions }: Lot): RoundTrip {
  const { id, contractId, side, price, at, origin } = entry
  return {
    id,
    contractId,
    side: side === 'buy' ? 'long' : 'short',
    size,
    enteredAt: at,
    entryPrice: price,
    exitedAt: null,
    exitPrice: null,
    pnl: NO_USD,
    fees,
    commissions,
    origin,
  }
}

/** Beyond the smallest part of a tick that an average can have. */
const DECIMALS = 6

/** The price from which the gateway's P&L follows: whether it averages entries or takes the oldest first is its own affair. */
function entryPriceOf(
  exit: number,
  pnl: Usd,
  size: number,
  side: RoundTrip['side'],
  { tickSize, tickValue }: TradedContract,
): number | null {
  if (tickValue <= 0) return null
  const ticks = pnl / (tickValue * size)
  return Number((exit - (side === 'long' ? ticks : -ticks) * tickSize).toFixed(DECIMALS))
}

function sumOf(parts: readonly Costs[]): Costs {
  return parts.reduce<Costs>(
    (sum, { fees, commissions }) => ({
      fees: addUsd(sum.fees, fees),
      commissions: addUsd(sum.commissions, commissions),
    }),
    { fees: NO_USD, commissions: NO_USD },
  )
}

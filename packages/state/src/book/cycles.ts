import {
  addUsd,
  type AccountId,
  type ContractId,
  type Instant,
  netPnl,
  NO_USD,
  type Position,
  type PositionCycle,
  type PositionSide,
  type Trade,
  UNMANAGED,
  type Usd,
} from '@rm/domain'
import { unprotectedSince } from './protection.ts'
import type { TradeLedger } from './trades.ts'

/**
 * Two surfaces of the gateway may round one stamp differently (seven digits on the hub, six over REST), so creation stamps this close
 * are one stamp. Nobody closes and reopens within it.
 */
export const STAMP_ROUNDING_MS = 1

/** The trade that opens a position is stamped shortly before the position: 1.2 ms in the recorded sample. The room is a guess. */
const OPENING_TRADE_LEAD_MS = 1_000

/** Whether a creation stamp is of a later life of the position than one that began at `openedAt`. */
export function isLaterLife(creation: Instant, openedAt: Instant): boolean {
  return creation > openedAt + STAMP_ROUNDING_MS
}

/** A cycle that begins with the position as given. Its protection is still to be measured. */
export function openCycle(
  position: Position,
  side: PositionSide,
  openedAt: Instant,
  former: PositionCycle | null,
  trades: TradeLedger,
): PositionCycle {
  const cycle: PositionCycle = {
    id: cycleId(position.accountId, position.contractId, openedAt, former),
    accountId: position.accountId,
    contractId: position.contractId,
    side,
    openedAt,
    closedAt: null,
    enlargedAt: openedAt,
    maxSize: Math.abs(position.signedSize),
    realized: NO_USD,
    protection: unprotectedSince(openedAt),
    management: UNMANAGED,
  }
  return { ...cycle, realized: realizedOf(cycle, trades) }
}

/** Whether the trade is one of the cycle's: it opened or enlarged it, or took contracts from it. */
export function isTradeOf(cycle: PositionCycle, trade: Trade): boolean {
  if (trade.contractId !== cycle.contractId) return false
  const towards: PositionSide = trade.side === 'buy' ? 'long' : 'short'
  // A trade that turns a position over carries the P&L of the old side, so it is the old cycle's.
  if (towards !== cycle.side) return trade.realizedPnl !== null && trade.at >= cycle.openedAt
  if (trade.realizedPnl !== null || trade.at < cycle.openedAt - OPENING_TRADE_LEAD_MS) return false
  return cycle.closedAt === null || trade.at <= cycle.closedAt
}

export function withRealized(cycle: PositionCycle, change: Usd): PositionCycle {
  return change === 0 ? cycle : { ...cycle, realized: addUsd(cycle.realized, change) }
}

function realizedOf(cycle: PositionCycle, trades: TradeLedger): Usd {
  let realized = NO_USD
  for (const { day, counted } of trades) {
    if (day.end <= cycle.openedAt - OPENING_TRADE_LEAD_MS) continue
    for (const { trade } of counted) if (isTradeOf(cycle, trade)) realized = addUsd(realized, netPnl(trade))
  }
  return realized
}

/** The same facts give the same id after a restart. Two cycles that began in one millisecond are told apart by a number. */
function cycleId(
  accountId: AccountId,
  contractId: ContractId,
  openedAt: Instant,
  former: PositionCycle | null,
): string {
  const id = `${accountId}:${contractId}@${openedAt}`
  if (former === null || former.openedAt !== openedAt) return id
  return `${id}#${Number(former.id.slice(id.length + 1) || '1') + 1}`
}

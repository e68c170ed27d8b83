import type { Exchange } from '@rm/gateway-sim'
import { booksOf, codeOf } from './ledger-books.ts'
import { fillsOf } from './ledger-checks.ts'

/** The limits of the practice day, by account where one has its own. */
const CONTRACTS_MAX: Readonly<Record<number, number>> = { 7_001_001: 3 }
const CONTRACTS_MAX_OF_OTHERS = 5
const PRODUCT_MAX: Readonly<Record<string, number>> = { MNQ: 2, MES: 3, EP: 1, MCLE: 2 }
const TRADES_A_MINUTE: Readonly<Record<number, number>> = { 7_001_003: 10 }
const TRADES_A_MINUTE_OF_OTHERS = 3
const LOSS_OF_A_DAY = -500
const GRACE_MS: Readonly<Record<number, number>> = { 7_001_005: 10_000, 7_001_006: 10_000 }
const OIL_SESSION_ENDS = Date.parse('2026-11-18T09:30:00-06:00')

/** What a naive reader of the ledger calls a breach on the practice day, as `RULE-002 7001002`; an entry while locked is none. */
export function breachesOfPracticeDay(exchange: Exchange, accountIds: readonly number[]): readonly string[] {
  return accountIds.flatMap((id) =>
    [...ofSizes(exchange, id), ...ofTrades(exchange, id), ...ofFirstClose(exchange, id)].map((rule) => `${rule} ${id}`),
  )
}

/** One for every entry after which too much is held. */
function ofSizes(exchange: Exchange, id: number): readonly string[] {
  const held = new Map<string, number>()
  const found: string[] = []
  for (const fill of exchange.ledger()) {
    if (fill.kind !== 'fill' || fill.accountId !== id) continue
    const { author, contractId, positionAfter } = fill
    held.set(contractId, Math.abs(positionAfter))
    if (author !== 'trader') continue
    const all = [...held.values()].reduce((sum, one) => sum + one, 0)
    if (all > (CONTRACTS_MAX[id] ?? CONTRACTS_MAX_OF_OTHERS)) found.push('RULE-001')
    if (Math.abs(positionAfter) > (PRODUCT_MAX[codeOf(contractId)] ?? 0)) found.push('RULE-002')
  }
  return found
}

/** One for every trade that is too many within a minute. */
function ofTrades(exchange: Exchange, id: number): readonly string[] {
  const times = fillsOf(exchange.ledger(), 'trader', id).map(({ at }) => at)
  const limit = TRADES_A_MINUTE[id] ?? TRADES_A_MINUTE_OF_OTHERS
  const isTooMany = (end: number) => times.filter((at) => at <= end && at > end - 60_000).length > limit
  return times.filter(isTooMany).map(() => 'RULE-006')
}

/** What the account stood at when the daemon closed something for the first time. */
function ofFirstClose(exchange: Exchange, id: number): readonly string[] {
  const [close] = fillsOf(exchange.ledger(), 'daemon', id)
  if (close === undefined) return []
  const entry = fillsOf(exchange.ledger(), 'trader', id).findLast(
    ({ at, contractId }) => at <= close.at && contractId === close.contractId,
  )
  const contract = exchange.contract(close.contractId)
  if (entry === undefined || contract === undefined) throw new RangeError(`${id} was closed without an entry`)
  const openTicks = ((close.price - entry.price) / contract.tickSize) * Math.sign(close.positionBefore)
  const open = openTicks * contract.tickValue * Math.abs(close.positionBefore)
  const found: string[] = []
  if (booksOf(exchange, id, close).net + open <= LOSS_OF_A_DAY) found.push('RULE-003')
  if (close.at - entry.at >= (GRACE_MS[id] ?? Number.POSITIVE_INFINITY)) found.push('RULE-008')
  if (codeOf(close.contractId) === 'MCLE' && close.at >= OIL_SESSION_ENDS) found.push('RULE-009')
  return found
}

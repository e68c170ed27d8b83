import type { Exchange } from '@rm/gateway-sim'
import type { VirtualTime } from '@rm/gateway-sim/virtual'
import { ReadRefused, type ReadsPort } from '@rm/sdk-bridge'
import {
  accountRequest,
  type Envelope,
  isTerminalStatus,
  queryOrdersRequest,
  type RestRoute,
  restRoutes,
  searchWindowRequest,
} from '@rm/sdk-bridge/wire'
import type { z } from 'zod'

/** What becomes of one read. */
export type ReadFate =
  | { readonly kind: 'served'; readonly slowMs: number }
  | { readonly kind: 'fails'; readonly slowMs: number }
  /** The answer says yes, and the list that was asked for is not in it. */
  | { readonly kind: 'list-absent' }

/** A reply as the wire carried it, before anything of the program read it. */
export interface SeenReply {
  readonly accountId: number
  readonly list: 'positions' | 'orders'
  readonly sentMs: number
  /** When the gateway looked. */
  readonly servedMs: number
  /** Contracts of the positions, or of the working orders; `null`: the list was not there. */
  readonly contracts: readonly string[] | null
}

interface VirtualReadsOptions {
  readonly time: VirtualTime
  readonly exchange: Exchange
  readonly delays: { readonly requestMs: number; readonly replyMs: number }
  readonly isAlive: () => boolean
  readonly fate: (accountId: number | null, route: string) => ReadFate
  readonly onReply: (sentMs: number) => void
  readonly onSeen: (reply: SeenReply) => void
}

/** The way to the exchange for the bridge's own reader of accounts: its lists, schemas and refusals are the real ones. */
export class VirtualReads implements ReadsPort {
  readonly #options: VirtualReadsOptions

  constructor(options: VirtualReadsOptions) {
    this.#options = options
  }

  read<Body extends Envelope>(
    route: RestRoute,
    body: object,
    schema: z.ZodType<Body>,
  ): Promise<{ readonly body: Body; readonly raw: unknown; readonly sentMs: number }> {
    const { time, delays, isAlive, fate, onReply } = this.#options
    const sentMs = time.elapsedMs()
    const { promise, resolve, reject } = Promise.withResolvers<{ body: Body; raw: unknown; sentMs: number }>()
    const accountId = accountOf(route, body)
    const chosen = fate(accountId, route.path)
    const slowMs = chosen.kind === 'list-absent' ? 0 : chosen.slowMs
    time.after(delays.requestMs, () => {
      const reply = chosen.kind === 'fails' ? null : this.#reply(route, body, sentMs, chosen.kind === 'list-absent')
      time.after(delays.replyMs + slowMs, () => {
        if (!isAlive()) return
        if (reply === null) {
          reject(new ReadRefused(`${route.path} answered with status 503`, 503, 0))
          return
        }
        onReply(sentMs)
        resolve({ body: schema.parse(reply), raw: reply, sentMs })
      })
    })
    return promise
  }

  #reply(route: RestRoute, body: object, sentMs: number, isListAbsent: boolean): object {
    const { time, exchange, onSeen } = this.#options
    const servedMs = time.elapsedMs()
    const done = { success: true, errorCode: 0, errorMessage: null }
    switch (route.path) {
      case restRoutes.searchAccounts.path:
        return isListAbsent ? done : { ...done, accounts: exchange.accounts() }
      case restRoutes.searchOpenPositions.path: {
        const { accountId } = accountRequest.parse(body)
        const positions = exchange.positions(accountId)
        const contracts = isListAbsent ? null : positions.map(({ contractId }) => contractId)
        onSeen({ accountId, list: 'positions', sentMs, servedMs, contracts })
        return isListAbsent ? done : { ...done, positions }
      }
      case restRoutes.queryOrders.path: {
        const { accountId } = queryOrdersRequest.parse(body).filter
        const orders = exchange.orders(accountId).filter(({ status }) => !isTerminalStatus(status))
        const contracts = isListAbsent ? null : orders.map(({ contractId }) => contractId)
        onSeen({ accountId, list: 'orders', sentMs, servedMs, contracts })
        return isListAbsent ? done : { ...done, orders, totalCount: orders.length }
      }
      case restRoutes.searchOrders.path: {
        const { accountId, startTimestamp } = searchWindowRequest.parse(body)
        const since = Date.parse(startTimestamp)
        const orders = exchange.orders(accountId).filter((order) => Date.parse(order.creationTimestamp) >= since)
        return isListAbsent ? done : { ...done, orders }
      }
      case restRoutes.searchTrades.path: {
        const { accountId, startTimestamp } = searchWindowRequest.parse(body)
        const since = Date.parse(startTimestamp)
        const trades = exchange.trades(accountId).filter((trade) => Date.parse(trade.creationTimestamp) >= since)
        return isListAbsent ? done : { ...done, trades: trades.toReversed() }
      }
      default:
        throw new RangeError(`nothing reads ${route.path}`)
    }
  }
}

function accountOf(route: RestRoute, body: object): number | null {
  if ('accountId' in body && typeof body.accountId === 'number') return body.accountId
  return route.path === restRoutes.queryOrders.path ? (queryOrdersRequest.parse(body).filter.accountId ?? null) : null
}

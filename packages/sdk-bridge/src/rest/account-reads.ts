import {
  type Account,
  type AccountId,
  formatInstant,
  type Instant,
  type Order,
  RmError,
  type Snapshot,
  type Trade,
} from '@rm/domain'
import type { SampledLog } from '../bridge-log.ts'
import { accountOf, hasNegativeSize, orderOf, PayloadFault, positionOf, tradeOf } from '../to-domain.ts'
import {
  accountsReply,
  OrderSortBy,
  OrderStatus,
  ordersReply,
  positionsReply,
  queryOrdersPageLimit,
  type QueryOrdersRequest,
  restRoutes,
  SortDirection,
  tradesReply,
} from '../wire.ts'
import type { ReadLane, Reads } from './reads.ts'
import { ReadRefused } from './reads.ts'

/** Every status in which an order can still change exposure (gateway contract 2.7). */
const WORKING = [OrderStatus.open, OrderStatus.pending, OrderStatus.pendingCancellation, OrderStatus.suspended]

/** Orders can come and go between two pages; then the count changes and the list is read again. */
const PASSES_MAX = 3

/** A list with the monotonic ms at which the first request for it left. */
interface Listed<Item> {
  readonly items: readonly Item[]
  readonly sentMs: number
}

/** What is asked of the way to the gateway. The simulation puts its exchange here. */
export type ReadsPort = Pick<Reads, 'read'>

interface ListedOrders extends Listed<Order> {
  readonly complete: boolean
}

/** What REST knows of accounts. A list that is missing, or any element that does not fit, fails the whole read (reliability S-09, 3.5). */
export class AccountReads {
  readonly #reads: ReadsPort
  readonly #log: Pick<SampledLog, 'write'>
  #accountsUnderWay: Promise<Listed<Account>> | null = null
  /** The gateway answered that it has no such route. */
  #hasNoOrderQuery = false

  constructor(reads: ReadsPort, log: Pick<SampledLog, 'write'>) {
    this.#reads = reads
    this.#log = log
  }

  /** All accounts of the login; calls that come meanwhile share the answer. */
  async accounts(): Promise<readonly Account[]> {
    return (await this.#sharedAccounts()).items
  }

  /** Positions and working orders, to see whether a goal has been reached. */
  async exposure(accountId: AccountId, ordersSince: Instant | null): Promise<Snapshot> {
    return this.#exposure(accountId, 'verification', ordersSince)
  }

  /** Everything about an account, to rebuild its book from. */
  async account(accountId: AccountId, tradesSince: Instant, ordersSince: Instant | null): Promise<Snapshot> {
    const [exposure, accounts, trades] = await Promise.all([
      this.#exposure(accountId, 'reconcile', ordersSince),
      this.#sharedAccounts(),
      this.#trades(accountId, tradesSince, 'reconcile'),
    ])
    // The list is explicit, so an account that is not in it is gone, and that is worth knowing beside the rest.
    const account = accounts.items.find((candidate) => candidate.id === accountId) ?? 'unlisted'
    const requestedMs = Math.min(exposure.requestedMs, accounts.sentMs, trades.sentMs)
    return { ...exposure, requestedMs, account, trades: trades.items }
  }

  /** The trades since an instant, for whoever is in no hurry. */
  async trades(accountId: AccountId, since: Instant): Promise<readonly Trade[]> {
    return (await this.#trades(accountId, since, 'background')).items
  }

  async #exposure(accountId: AccountId, lane: ReadLane, ordersSince: Instant | null): Promise<Snapshot> {
    const [positions, orders, history] = await Promise.all([
      this.#positions(accountId, lane),
      this.#orders(accountId, lane),
      ordersSince === null ? null : this.#history(accountId, ordersSince, lane),
    ])
    return {
      accountId,
      requestedMs: Math.min(positions.sentMs, orders.sentMs, history?.sentMs ?? Number.POSITIVE_INFINITY),
      account: null,
      positions: positions.items,
      orders: orders.items,
      ordersComplete: orders.complete,
      history: history?.items ?? null,
      trades: null,
    }
  }

  #sharedAccounts(): Promise<Listed<Account>> {
    this.#accountsUnderWay ??= this.#accounts().finally(() => {
      this.#accountsUnderWay = null
    })
    return this.#accountsUnderWay
  }

  async #accounts(): Promise<Listed<Account>> {
    const route = restRoutes.searchAccounts
    const { body, sentMs } = await this.#reads.read(route, { onlyActiveAccounts: false }, accountsReply, 'reconcile')
    return { items: mapped(route.path, listed(route.path, body.accounts), accountOf), sentMs }
  }

  async #positions(accountId: AccountId, lane: ReadLane): Promise<Listed<Snapshot['positions'][number]>> {
    const route = restRoutes.searchOpenPositions
    const { body, sentMs } = await this.#reads.read(route, { accountId }, positionsReply, lane)
    const messages = listed(route.path, body.positions)
    for (const { size, contractId } of messages.filter(hasNegativeSize)) {
      this.#log.write('error', 'position_negative_size: the magnitude is used, with the direction of the type', {
        contractId,
        size,
      })
    }
    return { items: ofAccount(route.path, accountId, mapped(route.path, messages, positionOf)), sentMs }
  }

  async #orders(accountId: AccountId, lane: ReadLane): Promise<ListedOrders> {
    if (this.#hasNoOrderQuery) return this.#openOrders(accountId, lane)
    try {
      return await this.#workingOrders(accountId, lane)
    } catch (error) {
      if (!(error instanceof ReadRefused) || (error.status !== 404 && error.status !== 400)) throw error
      if (error.status === 404) this.#hasNoOrderQuery = true
      this.#log.write('warn', 'the gateway lacks the complete order query; suspended orders stay unseen by REST')
      return this.#openOrders(accountId, lane)
    }
  }

  /** Status 1 alone: pending and suspended orders are not in it. */
  async #openOrders(accountId: AccountId, lane: ReadLane): Promise<ListedOrders> {
    const route = restRoutes.searchOpenOrders
    const { body, sentMs } = await this.#reads.read(route, { accountId }, ordersReply, lane)
    const items = ofAccount(route.path, accountId, mapped(route.path, listed(route.path, body.orders), orderOf))
    return { items, sentMs, complete: false }
  }

  /** Orders of any status by their creation, rejected ones included. */
  async #history(accountId: AccountId, since: Instant, lane: ReadLane): Promise<Listed<Order>> {
    const route = restRoutes.searchOrders
    const request = { accountId, startTimestamp: formatInstant(since) }
    const { body, sentMs } = await this.#reads.read(route, request, ordersReply, lane)
    const items = ofAccount(route.path, accountId, mapped(route.path, listed(route.path, body.orders), orderOf))
    return { items, sentMs }
  }

  async #workingOrders(accountId: AccountId, lane: ReadLane): Promise<ListedOrders> {
    for (let pass = 1; pass <= PASSES_MAX; pass += 1) {
      const orders = await this.#allPages(accountId, lane)
      if (orders !== null) return orders
    }
    throw new RmError(
      'GATEWAY_PROTOCOL',
      `the working orders of account ${accountId} kept changing between their pages`,
    )
  }

  /** `null` when the number of orders changed in between, so that one may have slipped from a page to the one before. */
  async #allPages(accountId: AccountId, lane: ReadLane): Promise<ListedOrders | null> {
    const { path } = restRoutes.queryOrders
    const orders = new Map<number, Order>()
    let total: number | null = null
    let firstSentMs: number | null = null
    for (let offset = 0; ; ) {
      const { body, sentMs } = await this.#reads.read(
        restRoutes.queryOrders,
        workingOrdersFrom(accountId, offset),
        ordersReply,
        lane,
      )
      firstSentMs ??= sentMs
      const page = listed(path, body.orders)
      for (const order of ofAccount(path, accountId, mapped(path, page, orderOf))) orders.set(order.id, order)
      offset += page.length
      const count = body.totalCount ?? null
      if (total !== null && count !== total) return null
      total = count
      const isLast = page.length === 0 || (count === null ? page.length < queryOrdersPageLimit : offset >= count)
      if (!isLast) continue
      if (count !== null && orders.size < count) return null
      return { items: [...orders.values()], sentMs: firstSentMs, complete: true }
    }
  }

  async #trades(accountId: AccountId, since: Instant, lane: ReadLane): Promise<Listed<Trade>> {
    const route = restRoutes.searchTrades
    const request = { accountId, startTimestamp: formatInstant(since) }
    const { body, raw, sentMs } = await this.#reads.read(route, request, tradesReply, lane)
    const stamps = stampTexts(raw)
    const trades = mapped(route.path, listed(route.path, body.trades), (message, index) =>
      tradeOf(message, stamps[index]),
    )
    return { items: ofAccount(route.path, accountId, trades), sentMs }
  }
}

function workingOrdersFrom(accountId: AccountId, pageOffset: number): QueryOrdersRequest {
  return {
    filter: { accountId, statuses: WORKING },
    pageSize: queryOrdersPageLimit,
    pageOffset,
    sortBy: OrderSortBy.id,
    sortDirection: SortDirection.ascending,
    includeTotalCount: true,
  }
}

/** A list that is there. Absent or null proves nothing, least of all emptiness. */
export function listed<Item>(path: string, list: readonly Item[] | null | undefined): readonly Item[] {
  if (list === null || list === undefined) throw new RmError('GATEWAY_PROTOCOL', `${path} answered without its list`)
  return list
}

function mapped<Message, Item>(
  path: string,
  messages: readonly Message[],
  toItem: (message: Message, index: number) => Item,
): readonly Item[] {
  try {
    return messages.map(toItem)
  } catch (error) {
    if (error instanceof PayloadFault) throw new RmError('GATEWAY_PROTOCOL', `${path}: ${error.message}`, {}, error)
    throw error
  }
}

function ofAccount<Item extends { readonly accountId: AccountId }>(
  path: string,
  accountId: AccountId,
  items: readonly Item[],
): readonly Item[] {
  const foreign = items.find((item) => item.accountId !== accountId)
  if (foreign === undefined) return items
  throw new RmError('GATEWAY_PROTOCOL', `${path} answered for account ${foreign.accountId} instead of ${accountId}`)
}

function stampTexts(raw: unknown): readonly unknown[] {
  const trades: unknown = typeof raw === 'object' && raw !== null && 'trades' in raw ? raw.trades : null
  if (!Array.isArray(trades)) return []
  return trades.map((trade: unknown) =>
    typeof trade === 'object' && trade !== null && 'creationTimestamp' in trade ? trade.creationTimestamp : undefined,
  )
}

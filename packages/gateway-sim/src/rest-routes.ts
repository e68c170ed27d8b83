import {
  accountRequest,
  availableContractsRequest,
  closeContractRequest,
  contractByIdRequest,
  epochMsOf,
  loginAppRequest,
  loginKeyRequest,
  modifyOrderRequest,
  orderRequest,
  partialCloseContractRequest,
  placeOrderRequest,
  queryOrdersPageLimit,
  queryOrdersRequest,
  retrieveBarsRequest,
  searchAccountsRequest,
  searchContractsRequest,
  type Envelope,
  type QueryOrdersRequest,
  type RestRouteName,
  type WireOrder,
} from '@rm/sdk-bridge/wire'
import { z } from 'zod'
import type { AccountReads } from './account-reads.ts'
import type { KnobBoard } from './knobs.ts'
import { restBar, restOrder, restPosition, restTrade } from './rest-entities.ts'
import type { ExchangePort } from './seam.ts'
import { owns, type Session, type Sessions, type SimUser } from './sessions.ts'

/** What a bound call runs against. `session` is there wherever the route wants a token. */
export interface RouteContext {
  readonly session: Session | undefined
  readonly exchange: ExchangePort
  readonly reads: AccountReads
  readonly sessions: Sessions
  readonly knobs: KnobBoard
  /** Tells the user's other sessions that they are over. */
  readonly endOtherSessions: (session: Session) => void
}

/** A call that bound, ready to run, or the fields that did not bind and why. */
type Binding =
  | { readonly ok: true; run(context: RouteContext): Envelope }
  | { readonly ok: false; readonly errors: Readonly<Record<string, readonly string[]>> }

export interface Route {
  bind(body: unknown): Binding
}

const invalidCredentials = 3
const accountNotFound = 1
const mostContractHits = 20
const mostBars = 20_000

/** A date-time that binds, or nothing: a search without its start finds nothing instead of failing. */
const boundStamp = z.string().transform((text, context) => {
  const instant = epochMsOf(text)
  if (instant === undefined) context.addIssue(`The JSON value could not be converted to System.DateTimeOffset.`)
  return instant ?? z.NEVER
})
const windowRequest = z.object({
  accountId: z.int32(),
  startTimestamp: boundStamp.nullish(),
  endTimestamp: boundStamp.nullish(),
})
const noBody = z.unknown()

export const routes: { readonly [Name in RestRouteName]: Route } = {
  loginKey: route(loginKeyRequest, ({ userName, apiKey }, context) => {
    const user = context.sessions.userNamed(userName)
    if (user === undefined || user.apiKey !== apiKey) return { ...refused(invalidCredentials), token: null }
    return loggedIn(context, opened(context, user))
  }),
  loginApp: route(loginAppRequest, ({ userName, password }, context) => {
    const user = context.sessions.userNamed(userName)
    if (user === undefined) return { ...refused(1), token: null }
    if (user.apiKey !== password) return { ...refused(2), token: null }
    return loggedIn(context, opened(context, user))
  }),
  validate: route(noBody, (_body, context) => {
    const { session, sessions, knobs } = context
    if (session === undefined) return { ...refused(1), newToken: null }
    const renewed = opened(context, session.user)
    if (!knobs.now.oldTokenSurvivesValidate) sessions.end(session)
    return { ...done, newToken: renewed.token }
  }),
  logout: route(noBody, (_body, { session, sessions }) => {
    if (session === undefined) return refused(1)
    sessions.end(session)
    return done
  }),
  searchAccounts: route(searchAccountsRequest, ({ onlyActiveAccounts }, { exchange, reads, session }) => {
    const own = reads.accounts().filter(({ id }) => isOwn(session, id) && exchange.isListed(id))
    return {
      ...done,
      accounts: onlyActiveAccounts ? own.filter(({ canTrade, isVisible }) => canTrade && isVisible) : own,
    }
  }),
  searchContracts: route(searchContractsRequest, ({ searchText, live }, { exchange }) => {
    const text = searchText.toLowerCase()
    const hits = exchange
      .contracts()
      .filter(({ id, name, description }) => `${id} ${name} ${description}`.toLowerCase().includes(text))
    const contracts = hits.slice(0, mostContractHits).map((contract) => ({ ...contract, activeContract: true }))
    return { ...done, contracts: live ? [] : contracts }
  }),
  contractById: route(contractByIdRequest, ({ contractId }, { exchange }) => {
    const contract = exchange.contract(contractId)
    return contract === undefined ? { ...refused(1), contract: null } : { ...done, contract }
  }),
  availableContracts: route(availableContractsRequest, ({ live }, { exchange }) => ({
    ...done,
    contracts: live ? [] : exchange.contracts(),
  })),
  retrieveBars: route(retrieveBarsRequest, (request, { exchange }) => {
    const from = epochMsOf(request.startTime)
    const to = epochMsOf(request.endTime)
    if (exchange.contract(request.contractId) === undefined) return { ...refused(1), bars: null }
    if (request.unit < 1 || request.unit > 6) return { ...refused(2), bars: null }
    if (request.unitNumber < 1) return { ...refused(3), bars: null }
    if (request.limit < 1 || request.limit > mostBars) return { ...refused(4), bars: null }
    if (request.live || from === undefined || to === undefined) return { ...done, bars: [] }
    return { ...done, bars: exchange.bars({ ...request, from, to }).map(restBar) }
  }),
  searchOrders: route(windowRequest, ({ accountId, startTimestamp, endTimestamp }, { reads, session }) => {
    if (!isOwn(session, accountId, reads)) return { ...refused(accountNotFound), orders: null }
    const found = reads.orders(accountId).filter(isWithin(startTimestamp, endTimestamp))
    return { ...done, orders: found.map(restOrder) }
  }),
  searchOpenOrders: route(accountRequest, ({ accountId }, { reads, session }) => {
    if (!isOwn(session, accountId, reads)) return { ...refused(accountNotFound), orders: null }
    const open = reads.orders(accountId).filter(({ status }) => status === 1)
    return { ...done, orders: open.map(restOrder) }
  }),
  orderById: route(orderRequest, ({ accountId, orderId }, { reads, session }) => {
    const orders = isOwn(session, accountId, reads) ? reads.orders(accountId) : []
    const order = orders.find(({ id }) => id === orderId)
    return order === undefined ? { ...refused(1), order: null } : { ...done, order: restOrder(order) }
  }),
  queryOrders: route(queryOrdersRequest, (request, { reads, session }) => {
    const { accountId } = request.filter
    if (!isOwn(session, accountId, reads)) return { ...refused(accountNotFound), orders: null, totalCount: null }
    const rows = queriedOrders(reads.orders(accountId), request)
    const offset = Math.max(0, request.pageOffset ?? 0)
    const size = Math.min(queryOrdersPageLimit, Math.max(1, request.pageSize ?? queryOrdersPageLimit))
    return {
      ...done,
      orders: rows.slice(offset, offset + size).map(restOrder),
      totalCount: request.includeTotalCount ? rows.length : null,
    }
  }),
  placeOrder: route(placeOrderRequest, (request, { exchange, session }) =>
    isOwn(session, request.accountId, exchange)
      ? exchange.place(request, 'daemon')
      : { ...refused(accountNotFound), orderId: null },
  ),
  modifyOrder: route(modifyOrderRequest, (request, { exchange, session }) =>
    isOwn(session, request.accountId, exchange) ? exchange.modify(request, 'daemon') : refused(accountNotFound),
  ),
  cancelOrder: route(orderRequest, ({ accountId, orderId }, { exchange, session }) =>
    isOwn(session, accountId, exchange) ? exchange.cancel(accountId, orderId, 'daemon') : refused(accountNotFound),
  ),
  searchOpenPositions: route(accountRequest, ({ accountId }, { reads, session }) => {
    if (!isOwn(session, accountId, reads)) return { ...refused(accountNotFound), positions: null }
    return { ...done, positions: reads.positions(accountId).map(restPosition) }
  }),
  closeContract: route(closeContractRequest, ({ accountId, contractId }, { exchange, session }) =>
    isOwn(session, accountId, exchange)
      ? exchange.closeContract(accountId, contractId, 'daemon')
      : refused(accountNotFound),
  ),
  partialCloseContract: route(partialCloseContractRequest, ({ accountId, contractId, size }, { exchange, session }) =>
    isOwn(session, accountId, exchange)
      ? exchange.partialCloseContract(accountId, contractId, size, 'daemon')
      : refused(accountNotFound),
  ),
  searchTrades: route(windowRequest, ({ accountId, startTimestamp, endTimestamp }, { reads, session }) => {
    if (!isOwn(session, accountId, reads)) return { ...refused(accountNotFound), trades: null }
    const found = reads.trades(accountId).filter(isWithin(startTimestamp, endTimestamp))
    return { ...done, trades: found.toReversed().map(restTrade) }
  }),
}

const done: Envelope = { success: true, errorCode: 0, errorMessage: null }

function refused(errorCode: number): Envelope {
  return { success: false, errorCode, errorMessage: null }
}

function route<Request>(schema: z.ZodType<Request>, run: (request: Request, context: RouteContext) => Envelope): Route {
  return {
    bind(body) {
      const parsed = schema.safeParse(body)
      if (parsed.success) return { ok: true, run: (context) => run(parsed.data, context) }
      const errors: Record<string, string[]> = {}
      for (const issue of parsed.error.issues) {
        const field = issue.path.length === 0 ? '$' : `$.${issue.path.join('.')}`
        errors[field] = [...(errors[field] ?? []), issue.message]
      }
      return { ok: false, errors }
    },
  }
}

function opened({ sessions, knobs }: RouteContext, user: SimUser): Session {
  const { tokenLifetimeMs, tokenExpiry } = knobs.now
  return sessions.open(user, tokenLifetimeMs, tokenExpiry)
}

function loggedIn(context: RouteContext, session: Session): Envelope {
  if (context.knobs.now.singleSession) context.endOtherSessions(session)
  return Object.assign({ token: session.token }, done)
}

function isOwn(session: Session | undefined, accountId: number, reads?: Pick<AccountReads, 'accounts'>): boolean {
  if (session === undefined || !owns(session.user, accountId)) return false
  return reads === undefined || reads.accounts().some(({ id }) => id === accountId)
}

function isWithin(start: number | null | undefined, end: number | null | undefined) {
  return ({ creationTimestamp }: { readonly creationTimestamp: string }): boolean => {
    const created = epochMsOf(creationTimestamp)
    if (created === undefined || start === null || start === undefined) return false
    return created >= start && created <= (end ?? Number.POSITIVE_INFINITY)
  }
}

/** The filter by contract does nothing on the real gateway either. */
function queriedOrders(
  orders: readonly WireOrder[],
  { filter, sortBy, sortDirection }: QueryOrdersRequest,
): readonly WireOrder[] {
  const after = filter.createdAfter ? epochMsOf(filter.createdAfter) : Number.NEGATIVE_INFINITY
  const isCreatedWithin = isWithin(after, filter.createdBefore ? epochMsOf(filter.createdBefore) : undefined)
  const statuses = filter.statuses ?? []
  const rows = orders.filter(
    (order) => (statuses.length === 0 || statuses.includes(order.status)) && isCreatedWithin(order),
  )
  const key = (order: WireOrder): number => (sortBy === 1 ? order.id : (epochMsOf(order.creationTimestamp) ?? 0))
  const direction = sortDirection === 1 ? -1 : 1
  return rows.toSorted((a, b) => direction * (key(a) - key(b)))
}

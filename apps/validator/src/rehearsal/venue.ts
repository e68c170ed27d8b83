import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { z } from 'zod'

const LedgerEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('order'),
    at: z.number(),
    author: z.enum(['trader', 'daemon', 'venue']),
    accountId: z.number(),
    contractId: z.string(),
    orderId: z.number(),
    type: z.number(),
    side: z.number(),
    size: z.number(),
    customTag: z.string().nullable(),
    position: z.number(),
  }),
  z.looseObject({
    kind: z.literal('fill'),
    at: z.number(),
    author: z.enum(['trader', 'daemon', 'venue']),
    accountId: z.number(),
    contractId: z.string(),
    orderId: z.number(),
    size: z.number(),
    positionBefore: z.number(),
    positionAfter: z.number(),
  }),
])
/** An order that was accepted or a fill, as the exchange itself keeps them. */
export type LedgerEntry = z.infer<typeof LedgerEntry>

/** A fill, with the signed contracts before and after it. */
export type VenueFill = Extract<LedgerEntry, { kind: 'fill' }>

const Request = z.looseObject({
  sequence: z.number(),
  at: z.number(),
  arrivedAtMs: z.number(),
  route: z.string(),
  accountId: z.number().nullish(),
  status: z.number().nullish(),
})
/** A request as it arrived. `arrivedAtMs` is machine time, on the scale of `VenueEvent.sentAtMs`. */
export type VenueRequest = z.infer<typeof Request>

const Event = z.looseObject({
  sequence: z.number(),
  sentAtMs: z.number(),
  target: z.string(),
  accountId: z.number().nullish(),
  receivers: z.number(),
})
/** A hub event as it left. */
export type VenueEvent = z.infer<typeof Event>

const State = z.object({
  now: z.number(),
  accounts: z.array(
    z.object({
      account: z.looseObject({
        id: z.number(),
        name: z.string(),
        balance: z.number().nullish(),
        canTrade: z.boolean(),
      }),
      positions: z.array(
        z.looseObject({ contractId: z.string(), type: z.number(), size: z.number(), averagePrice: z.number() }),
      ),
      orders: z.array(
        z.looseObject({
          id: z.number(),
          contractId: z.string(),
          type: z.number(),
          side: z.number(),
          size: z.number(),
          limitPrice: z.number().nullish(),
          stopPrice: z.number().nullish(),
          customTag: z.string().nullish(),
        }),
      ),
      trades: z.number(),
    }),
  ),
})
/** An account on the exchange's own books. */
export type VenueAccount = z.infer<typeof State>['accounts'][number]

const Placed = z.looseObject({
  success: z.boolean(),
  orderId: z.number().nullish(),
  errorCode: z.number().nullish(),
  errorMessage: z.string().nullish(),
})

/** The address, and the authority whose certificates are to be trusted. */
const TlsAddress = z.object({ url: z.string(), authority: z.string() })

/** An order of the trader; a market order unless a price says otherwise. */
export interface TradersOrder {
  readonly accountId: number
  readonly contractId: string
  readonly side: 'buy' | 'sell'
  readonly size: number
  readonly limitPrice?: number
  readonly stopPrice?: number
}

/** The simulated gateway from behind: what its exchange holds, the trader's own hands, and what goes wrong next (docs/simulator.md, control plane). */
export class Venue {
  readonly #controlUrl: string

  constructor(controlUrl: string) {
    this.#controlUrl = controlUrl
  }

  /** Positions and working orders of an account. Throws when there is no such account. */
  async account(id: number): Promise<VenueAccount> {
    const { accounts } = await this.state()
    const found = accounts.find(({ account }) => account.id === id)
    if (found === undefined) throw new Error(`the simulated gateway has no account ${id}`)
    return found
  }

  async state(): Promise<z.infer<typeof State>> {
    return State.parse(await this.#get('/sim/state'))
  }

  /** Signed contracts of every contract that an account holds. */
  async positions(id: number): Promise<ReadonlyMap<string, number>> {
    const { positions } = await this.account(id)
    return new Map(positions.map(({ contractId, type, size }) => [contractId, type === SHORT ? -size : size]))
  }

  async ledger(): Promise<readonly LedgerEntry[]> {
    return z.array(LedgerEntry).parse(await this.#get('/sim/ledger'))
  }

  /** What arrived by REST, oldest first; after a request by its number. */
  async requests(after = 0): Promise<readonly VenueRequest[]> {
    return z.array(Request).parse(await this.#get(`/sim/requests?after=${after}`))
  }

  /** What left by the hubs, the same way. */
  async events(after = 0): Promise<readonly VenueEvent[]> {
    return z.array(Event).parse(await this.#get(`/sim/events?after=${after}`))
  }

  /** Throws when the exchange refuses the order. @returns its id */
  async place({ side, limitPrice, stopPrice, ...order }: TradersOrder): Promise<number> {
    const type =
      limitPrice !== undefined ? OrderType.limit : stopPrice !== undefined ? OrderType.stop : OrderType.market
    const prices = {
      ...(limitPrice === undefined ? {} : { limitPrice }),
      ...(stopPrice === undefined ? {} : { stopPrice }),
    }
    const body = { ...order, ...prices, type, side: side === 'buy' ? OrderSide.buy : OrderSide.sell }
    const { success, orderId, errorCode, errorMessage } = Placed.parse(await this.#post('/sim/trader/place', body))
    if (success && typeof orderId === 'number') return orderId
    throw new Error(`the simulated exchange refused the trader's order: ${errorMessage ?? `code ${errorCode}`}`)
  }

  /** Closes what the trader holds of a contract. */
  async close(accountId: number, contractId: string): Promise<void> {
    await this.#post('/sim/trader/close', { accountId, contractId })
  }

  /** Leads the market so many ticks up or down at once. */
  async move(contractId: string, ticks: number): Promise<void> {
    await this.#post('/sim/market', { contractId, ticks })
  }

  async setPrice(contractId: string, price: number): Promise<void> {
    await this.#post('/sim/market', { contractId, price })
  }

  /** The firm bars the account, or lets it trade again. */
  async setCanTrade(accountId: number, canTrade: boolean): Promise<void> {
    await this.#post(`/sim/accounts/${accountId}/canTrade`, { canTrade })
  }

  /** Plans a fault of REST in the words of docs/simulator.md: `{ route, fault, scope }`. */
  async planRestFault(plan: object): Promise<void> {
    await this.#post('/sim/faults/rest', plan)
  }

  /** The same for a hub: `{ hub, fault, scope }`. */
  async planHubFault(plan: object): Promise<void> {
    await this.#post('/sim/faults/hub', plan)
  }

  async clearFaults(): Promise<void> {
    await this.#send('/sim/faults', 'DELETE')
  }

  async turnKnobs(changes: object): Promise<void> {
    await this.#send('/sim/knobs', 'PATCH', changes)
  }

  /** One more address, by TLS, with a certificate that is good or has one of the faults of docs/simulator.md. */
  async openTls(certificate: string): Promise<z.infer<typeof TlsAddress>> {
    return TlsAddress.parse(await this.#post('/sim/tls', { certificate }))
  }

  /** Business time of the simulated day, epoch milliseconds. */
  async now(): Promise<number> {
    return z.object({ now: z.number() }).parse(await this.#get('/sim/clock')).now
  }

  /** Business time goes on at once to that instant, epoch milliseconds; what was due meanwhile happens then. For hours, which take long to play through. */
  async jumpTo(at: number): Promise<void> {
    await this.#post('/sim/clock', { set: Temporal.Instant.fromEpochMilliseconds(at).toString() })
  }

  /** Plays business time through. */
  async advance(ms: number): Promise<void> {
    await this.#post('/sim/clock', { advanceMs: ms })
  }

  #get(path: string): Promise<unknown> {
    return this.#send(path, 'GET')
  }

  #post(path: string, body: object): Promise<unknown> {
    return this.#send(path, 'POST', body)
  }

  async #send(path: string, method: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const content: unknown = await answer.json()
    if (!answer.ok) throw new Error(`the simulated gateway refused ${method} ${path}: ${JSON.stringify(content)}`)
    return content
  }
}

/** Of a position on the wire (gateway contract, enums). */
const SHORT = 2

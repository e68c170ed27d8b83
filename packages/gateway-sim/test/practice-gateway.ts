import { HttpTransportType, type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import { type HubName, hubPaths, OrderSide, OrderType, type RestRouteName, restRoutes } from '@rm/sdk-bridge/wire'
import { steppedClock } from '../src/clock.ts'
import type { SimAccount } from '../src/exchange/exchange.ts'
import { immediateKnobs } from '../src/exchange/knobs.ts'
import type { KnobChanges } from '../src/knobs.ts'
import { type GatewaySim, startGatewaySim } from '../src/server.ts'
import type { SimUser } from '../src/sessions.ts'
import type { TradingScript } from '../src/trading-script.ts'

export const accountId = 7_001_001
export const secondAccountId = 7_001_002
export const foreignAccountId = 7_001_003
export const mnq = 'CON.F.US.MNQ.Z26'
export const mes = 'CON.F.US.MES.Z26'
export const start = Date.UTC(2026, 10, 18, 15, 30)

const trader: SimUser = { userName: 'trader', apiKey: 'trader-key', accountIds: [accountId, secondAccountId] }
const stranger: SimUser = { userName: 'stranger', apiKey: 'stranger-key', accountIds: [foreignAccountId] }

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A gateway with a standing market and a stepped clock, and one logged-in user. */
export class PracticeGateway {
  readonly sim: GatewaySim
  readonly token: string
  readonly #connections: HubConnection[] = []

  constructor(sim: GatewaySim, token: string) {
    this.sim = sim
    this.token = token
  }

  async call(route: RestRouteName, body: unknown, token: string | null = this.token): Promise<Reply> {
    return post(`${this.sim.url}${restRoutes[route].path}`, JSON.stringify(body), token)
  }

  /** Connects a real client; the result records the callbacks of the given targets. */
  async connect(
    hub: HubName,
    options: { readonly skipNegotiation?: boolean; readonly token?: string } = {},
  ): Promise<Client> {
    const client = new Client(this.sim, hub, options.skipNegotiation ?? false, options.token ?? this.token)
    this.#connections.push(client.connection)
    await client.connection.start()
    return client
  }

  /** An unstarted client, for connects that are to fail. */
  client(hub: HubName, skipNegotiation: boolean, token: string = this.token): Client {
    const client = new Client(this.sim, hub, skipNegotiation, token)
    this.#connections.push(client.connection)
    return client
  }

  /** Buys as the trader, and lets the fill happen. */
  buy(size: number, contractId = mnq, id = accountId): void {
    this.sim.exchange.place({ accountId: id, contractId, type: OrderType.market, side: OrderSide.buy, size }, 'trader')
    this.sim.clock.advance(10)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.stop()))
    await this.sim.stop()
  }
}

export interface Received {
  readonly target: string
  readonly args: readonly unknown[]
}

const recorded = [
  'GatewayUserAccount',
  'GatewayUserOrder',
  'GatewayUserPosition',
  'GatewayUserTrade',
  'GatewayLogout',
  'GatewayQuote',
  'GatewayTrade',
]

/** The real client of the real protocol. */
export class Client {
  readonly connection: HubConnection
  readonly received: Received[] = []
  readonly closed: Promise<Error | undefined>
  readonly reconnecting: Promise<Error | undefined>
  readonly #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = []

  constructor(sim: GatewaySim, hub: HubName, skipNegotiation: boolean, token: string) {
    this.connection = new HubConnectionBuilder()
      .withUrl(`${sim.url}${hubPaths[hub]}`, {
        skipNegotiation,
        transport: HttpTransportType.WebSockets,
        accessTokenFactory: () => token,
      })
      .withAutomaticReconnect([0, 10, 10, 10])
      .configureLogging(LogLevel.None)
      .build()
    for (const target of recorded) {
      this.connection.on(target, (...args: unknown[]) => {
        this.received.push({ target, args })
        for (const { isMet, resolve } of this.#waiting) if (isMet()) resolve()
      })
    }
    this.closed = new Promise((resolve) => this.connection.onclose(resolve))
    this.reconnecting = new Promise((resolve) => this.connection.onreconnecting(resolve))
  }

  /** Waits for so many callbacks in total, and gives their targets. */
  async targets(count: number): Promise<readonly string[]> {
    const isMet = (): boolean => this.received.length >= count
    if (!isMet()) await new Promise<void>((resolve) => this.#waiting.push({ isMet, resolve }))
    return this.received.map(({ target }) => target)
  }

  /** A round trip: whatever the server had sent before is here when it is done. */
  async settled(): Promise<void> {
    await this.connection.invoke('NoSuchMethod').catch(() => undefined)
  }
}

export async function practiceGateway(
  options: { knobs?: KnobChanges; script?: TradingScript } = {},
): Promise<PracticeGateway> {
  const sim = await startGatewaySim({
    seed: 7,
    clock: steppedClock(start),
    exchange: {
      accounts: [accountId, secondAccountId, foreignAccountId].map(account),
      regimes: ['still'],
      knobs: immediateKnobs,
    },
    users: [trader, stranger],
    ...options,
  })
  return new PracticeGateway(sim, await login(sim, trader.userName))
}

export async function login(sim: GatewaySim, userName: string): Promise<string> {
  const { body } = await post(
    `${sim.url}${restRoutes.loginKey.path}`,
    JSON.stringify({ userName, apiKey: `${userName}-key` }),
    null,
  )
  return String(body['token'])
}

export async function post(url: string, text: string | undefined, token: string | null): Promise<Reply> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    ...(text === undefined ? {} : { body: text }),
    signal: AbortSignal.timeout(5_000),
  })
  const body = await reply.text()
  return { status: reply.status, headers: reply.headers, text: body, body: jsonOf(body) }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

function account(id: number): SimAccount {
  return { id, name: `PRAC-${id}`, balance: 50_000 }
}

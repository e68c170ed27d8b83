import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import type { HubName } from '@rm/sdk-bridge/wire'
import type { FastifyInstance } from 'fastify'
import { AccountHistory } from './account-reads.ts'
import { type CertificateKind, testAuthority } from './certificates.ts'
import { controlPlane } from './control-plane.ts'
import { Exchange, type ExchangeOptions } from './exchange/exchange.ts'
import type { PlayedStep } from './exchange/scenario-run.ts'
import { FaultPlan } from './fault-plan.ts'
import { HubEndpoints } from './hub-endpoints.ts'
import { Hub, type HubClientState, type HubParts } from './hub.ts'
import { KnobBoard, type KnobChanges } from './knobs.ts'
import { BoundedLog, type LoggedEvent, type LoggedRequest } from './request-log.ts'
import { RestServer } from './rest-server.ts'
import type { SimClock } from './seam.ts'
import { Sessions, type SimUser } from './sessions.ts'
import { TlsFront } from './tls-front.ts'
import type { ScriptRun, TradingScript } from './trading-script.ts'

const keptRequests = 50_000
const keptEvents = 50_000
const keptSteps = 10_000

export interface GatewaySimOptions {
  readonly seed: number
  readonly clock: SimClock
  readonly exchange: Omit<ExchangeOptions, 'seed' | 'clock'>
  readonly users: readonly SimUser[]
  readonly knobs?: KnobChanges
  /** What the traders do once `beginScript` is called. */
  readonly script?: TradingScript
  /** Loopback ports; free ones unless named. */
  readonly port?: number
  readonly controlPort?: number
}

/** One step of a scripted trader, numbered. */
export type StoryStep = PlayedStep & { readonly sequence: number }

/** A TLS address, and whom to trust for it. */
export interface TlsAddress {
  readonly url: string
  /** The certificate of the authority, as text for `tls.ca_file`. */
  readonly authority: string
}

export interface ScriptState {
  readonly name: string
  readonly state: 'waiting' | 'playing' | 'over'
}

/** A simulated gateway that listens, with every handle that a test needs. The control plane offers the same over HTTP. */
export class GatewaySim {
  readonly clock: SimClock
  readonly exchange: Exchange
  readonly faults: FaultPlan
  readonly knobs: KnobBoard
  readonly requests = new BoundedLog<LoggedRequest>(keptRequests)
  readonly events = new BoundedLog<LoggedEvent>(keptEvents)
  readonly story = new BoundedLog<StoryStep>(keptSteps)
  /** Settles when the simulator has stopped, for whatever reason. */
  readonly stopped: Promise<void>
  readonly #sessions: Sessions
  readonly #hubs: { readonly [Name in HubName]: Hub }
  readonly #rest: FastifyInstance
  readonly #control: FastifyInstance
  readonly #fronts: TlsFront[] = []
  readonly #script: TradingScript | undefined
  #run: ScriptRun | undefined
  #url = ''
  #controlUrl = ''
  #stopping: Promise<void> | undefined
  readonly #markStopped: () => void

  constructor(options: GatewaySimOptions) {
    const { seed, clock } = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.stopped = promise
    this.#markStopped = resolve
    this.clock = clock
    this.#script = options.script
    this.exchange = new Exchange({ ...options.exchange, seed, clock })
    this.knobs = new KnobBoard(options.knobs ?? {})
    this.#sessions = new Sessions(clock, options.users)
    const history = new AccountHistory(clock, this.exchange)
    const parts: HubParts = {
      clock,
      exchange: this.exchange,
      sessions: this.#sessions,
      knobs: this.knobs,
      events: this.events,
      seed,
    }
    const plan = (): FaultPlan => this.faults
    this.#hubs = { user: new Hub('user', parts, plan), market: new Hub('market', parts, plan) }
    this.faults = new FaultPlan(seed, {
      act: (hub, fault, scope) => this.#hubs[hub].act(fault, scope),
      reachBack: (ms) => history.reachBack(ms),
    })
    this.exchange.subscribe((event) => this.#hubs[event.kind === 'quote' ? 'market' : 'user'].publish(event))
    const rest = new RestServer({
      ...parts,
      history,
      faults: this.faults,
      requests: this.requests,
      endOtherSessions: (session) => {
        const isOther = (other: { readonly id: string; readonly user: SimUser }): boolean =>
          other.user === session.user && other.id !== session.id
        for (const hub of Object.values(this.#hubs)) hub.logOut(isOther)
        this.#sessions.endWhere(isOther)
      },
    })
    this.#rest = rest.app
    this.#addHubs(rest)
    this.#control = controlPlane(this, () => void this.stop())
  }

  /** Where the gateway's REST and hub paths begin. */
  get url(): string {
    return this.#url
  }

  /** Where the control plane's `/sim` paths begin. */
  get controlUrl(): string {
    return this.#controlUrl
  }

  async listen(port: number, controlPort: number): Promise<void> {
    this.#url = await listening(this.#rest, port)
    this.#controlUrl = await listening(this.#control, controlPort)
  }

  /** Lets the scripted traders begin. They play one time: a second call does nothing. */
  beginScript(): void {
    this.#run ??= this.#script?.begin(this, (step) => {
      this.story.add((sequence) => ({ ...step, sequence }))
    })
  }

  scriptState(): ScriptState | null {
    if (this.#script === undefined) return null
    const state = this.#run === undefined ? 'waiting' : this.#run.isOver ? 'over' : 'playing'
    return { name: this.#script.name, state }
  }

  connections(): readonly HubClientState[] {
    return Object.values(this.#hubs).flatMap((hub) => hub.clients())
  }

  /** Sends a hub callback of the caller's own making. */
  inject(
    hub: HubName,
    target: string,
    args: readonly unknown[],
    userName?: string,
  ): { readonly receivers: number; readonly sentAtMs: number } {
    return this.#hubs[hub].inject(target, args, userName)
  }

  /** Opens another address of the gateway, by TLS, with a certificate that may be good for nothing. */
  async openTls(certificate: CertificateKind): Promise<TlsAddress> {
    const front = await TlsFront.open(certificate, Number(new URL(this.#url).port))
    this.#fronts.push(front)
    return { url: front.url, authority: testAuthority }
  }

  /** Ends every session of one user, or of all: REST answers 401, live sockets stay. */
  revokeTokens(userName?: string): void {
    this.#sessions.endWhere(({ user }) => userName === undefined || user.userName === userName)
  }

  /** Cuts every connection and frees the ports. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    this.#run?.stop()
    this.faults.clear()
    this.exchange.stop()
    for (const hub of Object.values(this.#hubs)) hub.stop()
    await Promise.all(this.#fronts.map((front) => front.close()))
    await Promise.all([this.#rest.close(), this.#control.close()])
    this.#markStopped()
  }

  #addHubs(rest: RestServer): void {
    const endpoints = new HubEndpoints(this.#sessions, Object.values(this.#hubs))
    for (const hub of Object.values(this.#hubs)) {
      rest.app.post<{ Querystring: { negotiateVersion?: string } }>(`${hub.path}/negotiate`, (request, reply) => {
        if (hub.isDown) {
          request.raw.socket.resetAndDestroy()
          return reply.hijack()
        }
        if (endpoints.sessionOf(request.raw) === undefined) return reply.code(401).send()
        return endpoints.negotiate(hub.name, Number(request.query.negotiateVersion ?? 0))
      })
    }
    rest.app.server.on('upgrade', (request, tcp, head) => {
      if (tcp instanceof Socket) endpoints.upgrade(request, tcp, head)
      else tcp.destroy()
    })
  }
}

/**
 * Starts a simulated gateway on loopback.
 *
 * @throws when a port is taken
 */
export async function startGatewaySim(options: GatewaySimOptions): Promise<GatewaySim> {
  const sim = new GatewaySim(options)
  await sim.listen(options.port ?? 0, options.controlPort ?? 0)
  return sim
}

async function listening(app: FastifyInstance, port: number): Promise<string> {
  await app.listen({ host: '127.0.0.1', port })
  const { port: actual } = app.server.address() as AddressInfo
  return `http://127.0.0.1:${actual}`
}

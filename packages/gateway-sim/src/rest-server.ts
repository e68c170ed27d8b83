import { randomBytes } from 'node:crypto'
import { pingPath, restRoutes, type Envelope, type RestRouteName } from '@rm/sdk-bridge/wire'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AccountHistory } from './account-reads.ts'
import { SeededDice } from './exchange/seeded-dice.ts'
import type { FaultPlan } from './fault-plan.ts'
import type { RestFault } from './fault-vocabulary.ts'
import type { KnobBoard } from './knobs.ts'
import { machineMs } from './machine-clock.ts'
import { SlidingWindow } from './rate-limit.ts'
import type { BoundedLog, LoggedRequest } from './request-log.ts'
import { routes, type RouteContext } from './rest-routes.ts'
import type { ExchangePort, SimClock } from './seam.ts'
import { bearerOf, type Session, type Sessions } from './sessions.ts'
import { unreachable } from './unreachable.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Machine time at which the head of the request was there, in milliseconds. */
    arrivedAtMs: number
  }
}

export interface RestParts {
  readonly clock: SimClock
  readonly exchange: ExchangePort
  readonly history: AccountHistory
  readonly sessions: Sessions
  readonly knobs: KnobBoard
  readonly faults: FaultPlan
  readonly requests: BoundedLog<LoggedRequest>
  readonly endOtherSessions: (session: Session) => void
  readonly seed: number
}

/** What a call comes to before any fault spoils it. */
interface Outcome {
  readonly status: number
  /** Nothing for an empty body. */
  readonly body: object | undefined
  readonly errorCode: number | null
  readonly retryAfterSeconds?: number
  readonly isExecuted: boolean
}

interface Call {
  readonly name: RestRouteName
  readonly text: string
  readonly body: unknown
  readonly session: Session | undefined
  readonly faults: readonly RestFault[]
  readonly logged: Writable<LoggedRequest>
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** The fault of a call that decides its reply; the others only colour it. */
type Verdict = Exclude<RestFault, { verb: 'slow' | 'nolist' | 'lag' | 'date' | 'spend' | 'delay' | 'reject-later' }>

const generalWindowMs = 60_000
const barsWindowMs = 30_000
const listFields: ReadonlySet<string> = new Set(['accounts', 'contracts', 'bars', 'orders', 'positions', 'trades'])
const htmlBody = '<html><head><title>Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>'
const accountOf = z.union([
  z.object({ accountId: z.int() }).transform(({ accountId }) => accountId),
  z.object({ filter: z.object({ accountId: z.int() }) }).transform(({ filter }) => filter.accountId),
])
const placed = z.object({ accountId: z.int(), orderId: z.int() })

/** The REST face: every route of the gateway, with its limits, its error forms and the faults that a test has planned. */
export class RestServer {
  readonly app: FastifyInstance
  readonly #parts: RestParts
  readonly #general: SlidingWindow
  readonly #bars: SlidingWindow
  readonly #dice: SeededDice

  constructor(parts: RestParts) {
    this.#parts = parts
    this.#general = new SlidingWindow(parts.clock, generalWindowMs)
    this.#bars = new SlidingWindow(parts.clock, barsWindowMs)
    this.#dice = new SeededDice(parts.seed, 'rest')
    this.app = fastify({ forceCloseConnections: true, routerOptions: { caseSensitive: false } })
    this.app.removeAllContentTypeParsers()
    this.app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    this.app.decorateRequest('arrivedAtMs', 0)
    this.app.addHook('onRequest', (request, reply, done) => {
      request.arrivedAtMs = machineMs()
      // The gateway's own time stands in the header, not the machine's.
      reply.raw.sendDate = false
      void reply.header('date', httpDate(parts.clock.now()))
      done()
    })
    for (const name of Object.keys(restRoutes) as RestRouteName[]) {
      this.app.post(restRoutes[name].path, (request, reply) => this.#serve(name, request, reply))
    }
    this.app.get(pingPath, (request, reply) => this.#ping(request, reply))
    this.app.setNotFoundHandler((request, reply) => {
      const logged = this.#log(request, request.url, undefined, undefined, [])
      logged.status = 404
      return reply.code(404).send()
    })
  }

  async #serve(name: RestRouteName, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const text = typeof request.body === 'string' ? request.body : ''
    const body = parsedJson(text)
    const session = this.#parts.sessions.of(bearerOf(request.headers.authorization))
    const isSecret = restRoutes[name].kind === 'session'
    const accountId = accountOf.safeParse(body).data ?? null
    const faults = this.#parts.faults.forCall({ route: name, accountId, userName: callerOf(session, body) })
    const logged = this.#log(request, name, session, isSecret ? undefined : body, faults)
    const call: Call = { name, text, body, session, faults, logged }

    this.#skewDate(faults, reply)
    const slow = faults.find((fault) => fault.verb === 'slow')
    if (slow !== undefined) await this.#pass(slow.minMs + this.#dice.fraction() * (slow.maxMs - slow.minMs))

    const verdict = faults.find(isVerdict)
    const isRun = verdict === undefined || ('executed' in verdict && verdict.executed === 'act')
    const outcome = isRun ? this.#run(call) : undefined
    logged.isExecuted = outcome?.isExecuted ?? false

    const delay = faults.find((fault) => fault.verb === 'delay')
    if (delay !== undefined) await this.#pass(delay.ms)
    if (verdict !== undefined) return this.#spoil(call, verdict, outcome, reply)
    return outcome === undefined ? reply.code(500).send() : this.#answer(call, outcome, reply)
  }

  /** The health check belongs to nobody, so that of the faults only those of the way and of the time can befall it. */
  async #ping(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const faults = this.#parts.faults.forCall({ route: 'ping', accountId: null, userName: null })
    const logged = this.#log(request, 'ping', undefined, undefined, faults)
    this.#skewDate(faults, reply)
    const late = faults.find((fault) => fault.verb === 'delay')
    if (late !== undefined) await this.#pass(late.ms)
    const verdict = faults.find(({ verb }) => verb === 'status' || verb === 'hang' || verb === 'rst')
    if (verdict?.verb === 'hang') return reply.hijack()
    if (verdict?.verb === 'rst') return cutReply(reply, undefined)
    const status = verdict?.verb === 'status' ? verdict.status : 200
    logged.status = status
    return status === 200 ? reply.type('text/plain').send('pong') : reply.code(status).send()
  }

  /** Authentication, rate limit, binding, exchange. */
  #run({ name, text, body, session, faults }: Call): Outcome {
    const { authenticated, kind } = restRoutes[name]
    if (authenticated && session === undefined)
      return { status: 401, body: undefined, errorCode: null, isExecuted: false }
    const waitMs = session === undefined || !authenticated ? 0 : this.#overLimit(kind === 'bars', session)
    if (waitMs > 0)
      return {
        ...tooMany,
        ...(this.#parts.knobs.now.retryAfter ? { retryAfterSeconds: Math.ceil(waitMs / 1_000) } : {}),
      }
    if (text !== '' && body === undefined) return notBound({ $: ['The request body is not valid JSON.'] })
    const binding = routes[name].bind(body)
    if (!binding.ok) return notBound(binding.errors)
    const reply = binding.run(this.#context(session, faults))
    this.#rejectLater(faults, body, reply)
    return { status: 200, body: withoutList(reply, faults), errorCode: reply.errorCode, isExecuted: true }
  }

  /** The order that was just accepted is taken back by the venue. */
  #rejectLater(faults: readonly RestFault[], request: unknown, reply: Envelope): void {
    const fault = faults.find(({ verb }) => verb === 'reject-later')
    const { accountId, orderId } = placed.safeParse({ ...Object(request), ...reply }).data ?? {}
    if (fault?.verb !== 'reject-later' || accountId === undefined || orderId === undefined) return
    this.#parts.clock.after(fault.ms, () => this.#parts.exchange.reject(accountId, orderId))
  }

  #skewDate(faults: readonly RestFault[], reply: FastifyReply): void {
    const skew = faults.find((fault) => fault.verb === 'date')
    if (skew !== undefined) void reply.header('date', httpDate(this.#parts.clock.now() + skew.skewMs))
  }

  #overLimit(isBars: boolean, { user }: Session): number {
    const { barsLimit, callLimit } = this.#parts.knobs.now
    const limit = (isBars ? barsLimit : callLimit) - this.#parts.faults.callsSpentElsewhere(user.userName)
    return (isBars ? this.#bars : this.#general).take(user.userName, limit)
  }

  #context(session: Session | undefined, faults: readonly RestFault[]): RouteContext {
    const { exchange, sessions, knobs, history, endOtherSessions } = this.#parts
    const lag = faults.find((fault) => fault.verb === 'lag')
    return { session, exchange, sessions, knobs, endOtherSessions, reads: lag ? history.readsBehind(lag.ms) : exchange }
  }

  #answer(
    { logged }: Call,
    { status, body, errorCode, retryAfterSeconds }: Outcome,
    reply: FastifyReply,
  ): FastifyReply {
    logged.status = status
    logged.errorCode = errorCode
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds)
    void reply.code(status)
    if (body === undefined) return reply.send()
    return reply.type(status === 400 ? 'application/problem+json' : 'application/json').send(JSON.stringify(body))
  }

  /** Replies as the fault demands; `outcome` is there when the call was executed first. */
  #spoil(call: Call, fault: Verdict, outcome: Outcome | undefined, reply: FastifyReply): FastifyReply {
    const whole = JSON.stringify(outcome?.body ?? accepted)
    switch (fault.verb) {
      case 'status': {
        call.logged.status = fault.status
        if (fault.retryAfterSeconds !== undefined) void reply.header('retry-after', fault.retryAfterSeconds)
        void reply.code(fault.status)
        return fault.html ? reply.type('text/html').send(htmlBody) : reply.send()
      }
      case 'code': {
        const { code, message } = fault
        const body = { success: false, errorCode: code, errorMessage: message }
        return this.#answer(call, { status: 200, body, errorCode: code, isExecuted: false }, reply)
      }
      case 'ack-noop':
        return this.#answer(call, { status: 200, body: accepted, errorCode: 0, isExecuted: false }, reply)
      case 'revoke':
        this.#parts.sessions.endWhere(({ user }) => user === call.session?.user)
        return this.#answer(call, { status: 401, body: undefined, errorCode: null, isExecuted: false }, reply)
      case 'hang':
        return reply.hijack()
      case 'rst':
        return cutReply(reply, fault.at === 'start' ? undefined : whole)
      case 'garbage':
        call.logged.status = 200
        return garbled(reply, fault.form, whole)
      default:
        return unreachable(fault)
    }
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(ms, resolve)
    })
  }

  #log(
    request: FastifyRequest,
    route: string,
    session: Session | undefined,
    body: unknown,
    faults: readonly RestFault[],
  ): Writable<LoggedRequest> {
    const logged: Writable<LoggedRequest> = {
      sequence: 0,
      at: this.#parts.clock.now(),
      arrivedAtMs: request.arrivedAtMs,
      route,
      userName: session?.user.userName ?? null,
      sessionId: session?.id ?? null,
      accountId: accountOf.safeParse(body).data ?? null,
      body: body ?? null,
      faults: faults.map(({ verb }) => verb),
      status: null,
      errorCode: null,
      isExecuted: false,
    }
    return this.#parts.requests.add((sequence) => Object.assign(logged, { sequence }))
  }
}

const accepted: Envelope = { success: true, errorCode: 0, errorMessage: null }
const tooMany: Outcome = { status: 429, body: undefined, errorCode: null, isExecuted: false }

function notBound(errors: Readonly<Record<string, readonly string[]>>): Outcome {
  const body = {
    type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
    title: 'One or more validation errors occurred.',
    status: 400,
    errors,
    traceId: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`,
  }
  return { status: 400, body, errorCode: null, isExecuted: false }
}

const colouringVerbs: { readonly [Verb in Exclude<RestFault['verb'], Verdict['verb']>]: true } = {
  slow: true,
  nolist: true,
  lag: true,
  date: true,
  spend: true,
  delay: true,
  'reject-later': true,
}

function isVerdict(fault: RestFault): fault is Verdict {
  return !(fault.verb in colouringVerbs)
}

/** Cuts the connection before the head of the reply, or in the middle of its body. */
function cutReply(reply: FastifyReply, body: string | undefined): FastifyReply {
  void reply.hijack()
  const { raw } = reply
  const cut = (): void => void raw.socket?.resetAndDestroy()
  if (body === undefined) {
    cut()
    return reply
  }
  raw.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  // The half has to be on its way before the reset, which throws away what is not.
  raw.write(body.slice(0, Math.ceil(body.length / 2)), () => setImmediate(cut))
  return reply
}

function garbled(reply: FastifyReply, form: 'truncated' | 'empty' | 'html' | 'binary', body: string): FastifyReply {
  switch (form) {
    case 'truncated':
      return reply.type('application/json').send(body.slice(0, Math.ceil(body.length / 2)))
    case 'empty':
      return reply.type('application/json').send('')
    case 'html':
      return reply.type('text/html').send(htmlBody)
    case 'binary':
      return reply.type('application/octet-stream').send(Buffer.from([0x1f, 0x8b, 0x00, 0xff]))
    default:
      return unreachable(form)
  }
}

function withoutList(body: Envelope, faults: readonly RestFault[]): object {
  const fault = faults.find(({ verb }) => verb === 'nolist')
  if (fault?.verb !== 'nolist') return body
  const fields = Object.entries(body).map(([field, value]): [string, unknown] => [
    field,
    listFields.has(field) ? null : value,
  ])
  return Object.fromEntries(fault.as === 'null' ? fields : fields.filter(([field]) => !listFields.has(field)))
}

/** The parsed text, or `undefined` when there is none or it is no JSON. */
function parsedJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Who calls: by the session, or by the name in a login. */
function callerOf(session: Session | undefined, body: unknown): string | null {
  return session?.user.userName ?? z.object({ userName: z.string() }).safeParse(body).data?.userName ?? null
}

function httpDate(epochMs: number): string {
  return new Date(epochMs).toUTCString()
}

// Whoever compiles this from source needs the declaration too, and an ambient module cannot be imported.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./undici-pool.d.ts" />
import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import type { AccountId } from '@rm/domain'
import { Axios, type AxiosError, type AxiosResponse, isAxiosError } from 'axios'
import Pool from 'undici/lib/dispatcher/pool.js'
import { scrubbed } from '../bridge-log.ts'
import type { GatewayClock } from '../gateway-clock.ts'
import type { Timeouts } from '../options.ts'
import { during } from '../activity.ts'
import { pingPath } from '../wire.ts'
import { isUrgent, type Lane, type RateBudget, RateBudgetSpent } from './rate-budget.ts'
import type { ToldRequest, TrafficLog } from './traffic-log.ts'
import { TransportFault } from './transport-fault.ts'
import { type RequestTrace, undiciAdapter } from './undici-adapter.ts'

const PLAIN_HEADERS = { Accept: 'application/json', 'User-Agent': 'risk-manager' }
const JSON_HEADERS = { ...PLAIN_HEADERS, 'Content-Type': 'application/json' }

/** What came back, whatever its status. Bodies are text until somebody decodes them. */
export interface RestReply {
  readonly status: number
  readonly text: string
  /** Monotonic ms at which the request left. */
  readonly sentMs: number
}

export interface RestRequest {
  readonly path: string
  /** Goes out as JSON; `null` sends none. */
  readonly body: object | null
  readonly token: string | null
  readonly lane: Lane
  /** Whose request it is, for those that keep a pace by account. */
  readonly account?: AccountId
  /** Of the command that it carries, for the log. */
  readonly commandId?: string
  /** Milliseconds from the wish to the answer; for reads from the sending to the answer. */
  readonly deadlineMs: number
}

export interface RestChannelOptions {
  readonly baseUrl: URL
  readonly timeouts: Timeouts
  readonly caFile: string | null
  readonly budget: RateBudget
  readonly clock: GatewayClock
  readonly monotonic: () => number
  readonly traffic: TrafficLog
  /** The gateway answers again, after it had not for {@link SILENT_MS} at least. */
  readonly onAnswering: () => void
}

/** A gateway from which nothing but failures came for so long was gone; less is a lost reply. */
const SILENT_MS = 3_000

const CONNECTIONS_FOR_ENFORCEMENT = 16
const CONNECTIONS_FOR_READS = 10

/** How long an idle connection is kept when the gateway does not say; it is used before that by the pings. */
const KEEP_ALIVE_MS = 60_000

const BODY_BYTES_MAX = 32 * 1024 * 1024

/** Above this use of the reads' budget no ping leaves. */
const PING_USE_MAX = 0.7

/**
 * The one way to the gateway's REST: every request takes its place in the rate budget, has a deadline, and gives the clock a sample.
 * Sessions, enforcement and pings have connections of their own, which therefore are warm when they matter; reads cannot occupy them.
 */
export class RestChannel {
  readonly #options: RestChannelOptions
  readonly #pools: readonly Pool[]
  readonly #urgent: Axios
  readonly #reads: Axios
  /** Monotonic ms of the first failure since the last answer. */
  #silentSince: number | null = null
  #closed = false

  constructor(options: RestChannelOptions) {
    this.#options = options
    const ca = options.caFile === null ? null : trusted(options.caFile)
    const pool = (connections: number): Pool =>
      new Pool(options.baseUrl.origin, {
        connections,
        allowH2: false,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxResponseSize: BODY_BYTES_MAX,
        connect: {
          timeout: options.timeouts.connectMs,
          rejectUnauthorized: true,
          ...(ca === null ? {} : { ca }),
        },
      })
    const urgent = pool(CONNECTIONS_FOR_ENFORCEMENT)
    const reads = pool(CONNECTIONS_FOR_READS)
    this.#pools = [urgent, reads]
    this.#urgent = this.#client(urgent)
    this.#reads = this.#client(reads)
  }

  /** @throws TransportFault when no answer came */
  post(request: RestRequest): Promise<RestReply> {
    const waitsFor = 'a place in the rate budget, then the answer'
    return during(
      () => ({ name: 'REST call', about: request.path, waitsFor }),
      () => this.#post(request),
    )
  }

  /** The health check: a sample for the clock, and a warm connection. Status 200 or whatever else came. */
  async ping(): Promise<RestReply> {
    const { budget } = this.#options
    if (budget.use('background') >= PING_USE_MAX || !budget.takeNow('background'))
      throw new TransportFault('the rate budget is spent', false)
    const timeout = this.#options.timeouts.requestMs
    const answer = this.#urgent.request<string>({ method: 'get', url: pingPath, timeout, headers: PLAIN_HEADERS })
    return this.#answer(answer, { path: pingPath, sentMs: this.#options.monotonic() })
  }

  /** Ends what is under way and closes the connections. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
  }

  /** An instance without axios's defaults: merging them into every request costs more than the request. */
  #client(dispatcher: Pool): Axios {
    const { baseUrl, timeouts } = this.#options
    return new Axios({
      adapter: undiciAdapter({
        dispatcher,
        basePath: baseUrl.pathname.replace(/\/+$/, ''),
        answerMs: timeouts.requestMs,
      }),
      validateStatus: null,
    })
  }

  async #post(request: RestRequest): Promise<RestReply> {
    const { budget, monotonic } = this.#options
    const deadline = monotonic() + request.deadlineMs
    if (!budget.takeNow(request.lane, request.account)) {
      await this.#wait(request, isUrgent(request.lane) ? deadline : undefined)
    }
    const sentMs = monotonic()
    // A read may wait long for its place in the budget and then for a connection; how long its answer may take is the pool's business.
    const timeout = isUrgent(request.lane)
      ? Math.max(1, Math.ceil(deadline - sentMs))
      : this.#options.timeouts.connectMs + request.deadlineMs
    const client = isUrgent(request.lane) ? this.#urgent : this.#reads
    const body = request.body === null ? '' : JSON.stringify(request.body)
    const headers =
      request.token === null ? JSON_HEADERS : { ...JSON_HEADERS, Authorization: `Bearer ${request.token}` }
    const answer = client.request<string>({ method: 'post', url: request.path, data: body, timeout, headers })
    return this.#answer(answer, { ...request, sentMs })
  }

  async #wait({ lane, account }: RestRequest, deadline: number | undefined): Promise<void> {
    try {
      await this.#options.budget.take(lane, deadline, account)
    } catch (error) {
      if (error instanceof RateBudgetSpent) throw new TransportFault(error.message, false, error)
      throw error
    }
  }

  async #answer(answer: Promise<AxiosResponse<string>>, request: ToldRequest): Promise<RestReply> {
    const { budget, clock, traffic, monotonic } = this.#options
    const { sentMs } = request
    let response: AxiosResponse<string>
    try {
      response = await answer
    } catch (error) {
      if (!isAxiosError(error)) throw error
      this.#silentSince ??= sentMs
      const fault = faultOf(error, this.#closed)
      traffic.failed(request, fault.message, monotonic())
      throw fault
    }
    const receivedMs = monotonic()
    this.#noteAnswer(response.status, sentMs, receivedMs)
    const date: unknown = response.headers['date']
    const dateMs = typeof date === 'string' ? Date.parse(date) : Number.NaN
    if (!Number.isNaN(dateMs)) clock.sampleDate(dateMs, sentMs, receivedMs)
    if (response.status === 429) budget.refused(sentMs, retryAfterMs(response.headers['retry-after'], dateMs))
    traffic.answered(request, response.status, response.data, receivedMs)
    return { status: response.status, text: response.data, sentMs }
  }

  /** What stands before a gateway answers for it while it is gone, with a 502 or 503. */
  #noteAnswer(status: number, sentMs: number, receivedMs: number): void {
    if (status >= 500) {
      this.#silentSince ??= sentMs
      return
    }
    const since = this.#silentSince
    this.#silentSince = null
    if (since !== null && receivedMs - since >= SILENT_MS) this.#options.onAnswering()
  }
}

/** Only what lies below axios is kept as the cause: its own errors carry the request, with key and token. */
function faultOf(error: AxiosError, isClosed: boolean): TransportFault {
  if (isClosed) return new TransportFault('the gateway is closed', wasSent(error))
  const reason = scrubbed(error.message || 'no answer')
  return new TransportFault(error.code === undefined ? reason : `${error.code}: ${reason}`, wasSent(error), error.cause)
}

function wasSent(error: AxiosError): boolean {
  const trace: RequestTrace | undefined = error.request
  return trace?.sent ?? true
}

/** Seconds or a date; compared with the gateway's own `Date`, not with the machine's clock. */
function retryAfterMs(header: unknown, dateMs: number): number | null {
  if (typeof header !== 'string') return null
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - dateMs
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 60_000) : null
}

/** Certificates to trust: the system's and those of the file. */
export function trusted(caFile: string): string[] {
  return [...getCACertificates('default'), readFileSync(caFile, 'utf8')]
}

import { RmError } from '@rm/domain'
import { DelegateBackoff, handleType, handleWhen, retry } from 'cockatiel'
import type { z } from 'zod'
import type { CircuitBreakerSettings, RetrySettings } from '../options.ts'
import { type Envelope, errorCode, type RestRoute } from '../wire.ts'
import type { Lane } from './rate-budget.ts'
import { BreakerOpen, ReadBreaker } from './read-breaker.ts'
import { type Decoded, readEnvelope } from './read-envelope.ts'
import type { RestChannel, RestReply } from './rest-channel.ts'
import type { Session } from './session.ts'
import { TransportFault } from './transport-fault.ts'

/** A lane that reads go in. The circuit breaker holds back only those that nobody is protected by. */
export type ReadLane = Exclude<Lane, 'session' | 'enforcement'>

export interface Read<Body extends Envelope> extends Decoded<Body> {
  /** Monotonic ms at which the request left that was answered. */
  readonly sentMs: number
}

export interface ReadsOptions {
  readonly channel: RestChannel
  readonly session: Session
  readonly requestMs: number
  readonly retry: RetrySettings
  readonly circuitBreaker: CircuitBreakerSettings
  readonly monotonic: () => number
  readonly random: () => number
}

/** The gateway answered a read, and the answer is no. */
export class ReadRefused extends RmError {
  /** The HTTP status, 200 for a refusal in the envelope. */
  readonly status: number
  /** Of the route's error table, 0 when the status already said no. */
  readonly errorCode: number

  constructor(message: string, status: number, code: number) {
    super('GATEWAY_PROTOCOL', message, { status, errorCode: code })
    this.status = status
    this.errorCode = code
  }
}

class RateRefused extends TransportFault {
  constructor() {
    super('answered with status 429', true)
  }
}

function isUnrefused(error: unknown): boolean {
  return error instanceof TransportFault && !(error instanceof RateRefused)
}

/** Reads: repeated when the way failed, replayed after a login when the token was dead, and never half believed. */
export class Reads {
  readonly #options: ReadsOptions
  readonly #retry
  readonly #retryUnrefused
  readonly #breaker: ReadBreaker

  constructor(options: ReadsOptions) {
    this.#options = options
    const { maxAttempts, baseMs, multiplier, maxMs } = options.retry
    const pauseMs = (attempt: number): number =>
      Math.min(maxMs, baseMs * multiplier ** (attempt - 1)) * (0.8 + 0.4 * options.random())
    this.#retry = retry(handleType(TransportFault), {
      maxAttempts: maxAttempts - 1,
      backoff: new DelegateBackoff(({ attempt }) => pauseMs(attempt)),
    })
    this.#retryUnrefused = retry(handleWhen(isUnrefused), {
      maxAttempts: maxAttempts - 1,
      backoff: new DelegateBackoff(({ attempt }) => pauseMs(attempt)),
    })
    this.#breaker = new ReadBreaker(
      options.circuitBreaker,
      options.monotonic,
      (error) => error instanceof TransportFault,
    )
  }

  /**
   * @throws {@link ReadRefused}, RmError `GATEWAY_UNREACHABLE`, `GATEWAY_AUTH_REJECTED`
   */
  async read<Body extends Envelope>(
    route: RestRoute,
    body: object,
    schema: z.ZodType<Body>,
    lane: ReadLane,
  ): Promise<Read<Body>> {
    const attempt = (): Promise<Read<Body>> => this.#attempt(route, body, schema, lane)
    try {
      // Whoever verifies looks again soon by himself; repeating at once what was refused for rate would only prolong it.
      if (lane === 'verification') return await this.#retryUnrefused.execute(attempt)
      return await this.#retry.execute(() => this.#breaker.execute(attempt))
    } catch (error) {
      if (error instanceof BreakerOpen) {
        throw new RmError('GATEWAY_UNREACHABLE', `${route.path} not asked: too many reads failed just before`)
      }
      if (error instanceof TransportFault) {
        throw new RmError('GATEWAY_UNREACHABLE', `${route.path}: ${error.message}`, {}, error)
      }
      throw error
    }
  }

  /** The gateway is known to answer again: reads need not wait until the breaker has had its time. */
  closeBreaker(): void {
    this.#breaker.close()
  }

  async #attempt<Body extends Envelope>(
    route: RestRoute,
    body: object,
    schema: z.ZodType<Body>,
    lane: ReadLane,
  ): Promise<Read<Body>> {
    const token = await this.#options.session.ready()
    let reply = await this.#post(route, body, token, lane)
    if (reply.status === 401) {
      reply = await this.#post(route, body, await this.#options.session.replace(token), lane)
    }
    if (reply.status === 401) {
      throw new RmError('GATEWAY_AUTH_REJECTED', `${route.path} refuses a token that was issued this moment`)
    }
    if (reply.status === 429) throw new RateRefused()
    if (reply.status >= 500) throw new TransportFault(`answered with status ${reply.status}`, true)
    if (reply.status !== 200) {
      throw new ReadRefused(`${route.path} answered with status ${reply.status}`, reply.status, 0)
    }
    const decoded = readEnvelope(reply, schema)
    const { success, errorCode: code, errorMessage } = decoded.body
    if (success && code === 0) return { ...decoded, sentMs: reply.sentMs }
    const said = errorMessage ? `: ${errorMessage}` : ''
    throw new ReadRefused(`${route.path} refused: ${errorCode(route.errors, code).name}${said}`, 200, code)
  }

  #post(route: RestRoute, body: object, token: string, lane: ReadLane): Promise<RestReply> {
    const { channel, requestMs } = this.#options
    return channel.post({ path: route.path, body, token, lane, deadlineMs: requestMs })
  }
}

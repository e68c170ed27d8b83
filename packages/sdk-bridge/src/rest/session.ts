import { RmError } from '@rm/domain'
import type { BridgeLog } from '../bridge-log.ts'
import type { GatewayClock } from '../gateway-clock.ts'
import type { Credentials } from '../options.ts'
import { errorCode, loginReply, restRoutes, validateReply } from '../wire.ts'
import { type AccessToken, accessToken } from './access-token.ts'
import { readEnvelope } from './read-envelope.ts'
import type { RestChannel, RestReply } from './rest-channel.ts'
import { TransportFault } from './transport-fault.ts'

/** How often it is looked whether the token has to be renewed: business time may jump. */
const RENEWAL_CHECK_MS = 15_000
const RENEWAL_RETRY_MS = 60_000

/** Renewal of a token that does not say when it expires. */
const RENEWAL_FALLBACK_MS = 3_600_000

/** With less life than that left and no renewal, somebody has to know (reliability L-11). */
const EXPIRING_MS = 3_600_000

const LOGIN_RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const

/** A probe that follows this closely on a good answer tells nothing new. */
const PROBE_PERIOD_MS = 5_000

export interface SessionOptions {
  readonly channel: RestChannel
  readonly clock: GatewayClock
  readonly credentials: Credentials
  readonly requestMs: number
  readonly renewAtFractionLeft: number
  readonly monotonic: () => number
  readonly log: BridgeLog
  /** The login is gone and could not be renewed; told once, until {@link onRegained}. */
  readonly onLost: (reason: string) => void
  readonly onRegained: () => void
}

/**
 * The login: one token for everybody, renewed ahead of its end, replaced once however many notice its death. Once logged in it never gives up.
 */
export class Session {
  readonly #options: SessionOptions
  #token: AccessToken | null = null
  #renewal: { readonly fromBusiness: number } | { readonly fromElapsed: number } = {
    fromElapsed: Number.POSITIVE_INFINITY,
  }
  #renewalRetryAt = Number.NEGATIVE_INFINITY
  #underWay: Promise<void> | null = null
  #failure: RmError | null = null
  #failures = 0
  #retry: NodeJS.Timeout | null = null
  #checks: NodeJS.Timeout | null = null
  #everLoggedIn = false
  #isLost = false
  #provenAt = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** The current token without waiting; `null` when there is none. */
  get token(): string | null {
    return this.#token?.text ?? null
  }

  /**
   * The current token, after a login if there is none.
   *
   * @throws RmError `GATEWAY_AUTH_REJECTED`, `GATEWAY_UNREACHABLE`: also at once while a failed login waits to be repeated
   */
  async ready(): Promise<string> {
    if (this.#underWay !== null) await this.#underWay
    if (this.#token === null) {
      if (this.#failure !== null && this.#retry !== null) throw this.#failure
      await this.login()
    }
    return this.#token?.text ?? this.#fail(new RmError('GATEWAY_UNREACHABLE', 'the session is closed'))
  }

  /**
   * Logs in. Calls that come while one is under way share it.
   *
   * @throws RmError `GATEWAY_AUTH_REJECTED`, `GATEWAY_UNREACHABLE`
   */
  login(): Promise<void> {
    return this.#once(() => this.#logIn())
  }

  /** The token after one that the gateway answered with 401. The first to notice logs in, the others get the result. */
  async replace(rejected: string): Promise<string> {
    if (this.#underWay !== null) await this.#underWay
    if (this.#token?.text === rejected) this.#token = null
    return this.ready()
  }

  /** The gateway ended the session: the token is worth nothing. */
  invalidate(): void {
    this.#token = null
  }

  /** Asks whether the token is still good, and replaces it if not: after a hub that would not connect (a dead token looks like a dead host). */
  async probe(): Promise<void> {
    if (this.#options.monotonic() - this.#provenAt < PROBE_PERIOD_MS || this.#token === null) return
    await this.#once(() => this.#renew())
  }

  stop(): void {
    this.#stopped = true
    this.#token = null
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#checks !== null) clearInterval(this.#checks)
  }

  #once(work: () => Promise<void>): Promise<void> {
    this.#underWay ??= work().finally(() => {
      this.#underWay = null
    })
    return this.#underWay
  }

  async #logIn(): Promise<void> {
    const { userName, apiKey } = this.#options.credentials
    try {
      const reply = await this.#post(restRoutes.loginKey.path, { userName, apiKey }, null)
      this.#install(this.#tokenOf(reply))
    } catch (error) {
      throw this.#fail(errorOf(error))
    }
  }

  #tokenOf(reply: RestReply): string {
    if (reply.status === 401 || reply.status === 403) {
      throw new RmError('GATEWAY_AUTH_REJECTED', `the gateway refused the login with status ${reply.status}`)
    }
    if (reply.status !== 200) {
      throw new RmError('GATEWAY_UNREACHABLE', `the login was answered with status ${reply.status}`)
    }
    const { body } = readEnvelope(reply, loginReply)
    if (body.success && typeof body.token === 'string' && body.token !== '') return body.token
    const { name } = errorCode('login', body.errorCode)
    const said = body.errorMessage ? `: ${this.#withoutKey(body.errorMessage)}` : ''
    throw new RmError('GATEWAY_AUTH_REJECTED', `the gateway refused the login: ${name} (${body.errorCode})${said}`, {
      errorCode: body.errorCode,
    })
  }

  /** Renewal. Whatever leaves in doubt which token lives ends in a fresh login (reliability A-07). */
  async #renew(): Promise<void> {
    const token = this.#token?.text ?? null
    if (token === null) return this.#logIn()
    let renewed: string | null = null
    try {
      const reply = await this.#post(restRoutes.validate.path, null, token)
      if (reply.status === 200) {
        const { body } = readEnvelope(reply, validateReply)
        if (body.success && body.newToken) renewed = body.newToken
      }
    } catch (error) {
      if (!(error instanceof TransportFault)) throw error
      if (!error.sent) throw errorOf(error)
    }
    if (renewed === null) return this.#logIn()
    this.#install(renewed)
  }

  #post(path: string, body: object | null, token: string | null): Promise<RestReply> {
    return this.#options.channel.post({ path, body, token, lane: 'session', deadlineMs: this.#options.requestMs })
  }

  #install(text: string): void {
    if (this.#stopped) return
    const { clock, monotonic, renewAtFractionLeft, log, onRegained } = this.#options
    const now = clock.now()
    const token = accessToken(text, now)
    this.#token = token
    this.#renewal =
      token.expiresAt === null
        ? { fromElapsed: monotonic() + RENEWAL_FALLBACK_MS }
        : { fromBusiness: token.expiresAt - (token.expiresAt - now) * renewAtFractionLeft }
    this.#failure = null
    this.#failures = 0
    this.#provenAt = monotonic()
    this.#checks ??= setInterval(() => this.#checkRenewal(), RENEWAL_CHECK_MS).unref()
    const lifeMs = token.expiresAt === null ? null : token.expiresAt - now
    log.write('info', this.#everLoggedIn ? 'the token was replaced' : 'logged in', { lifeMs })
    this.#everLoggedIn = true
    if (this.#isLost) {
      this.#isLost = false
      onRegained()
    }
  }

  #checkRenewal(): void {
    const { clock, monotonic, log } = this.#options
    const due =
      'fromBusiness' in this.#renewal
        ? clock.now() >= this.#renewal.fromBusiness
        : monotonic() >= this.#renewal.fromElapsed
    if (this.#token === null || !due || monotonic() < this.#renewalRetryAt) return
    this.#renewalRetryAt = monotonic() + RENEWAL_RETRY_MS
    this.#once(() => this.#renew()).catch((error: unknown) => {
      const leftMs = this.#token?.expiresAt ? this.#token.expiresAt - clock.now() : null
      const level = leftMs !== null && leftMs < EXPIRING_MS ? 'error' : 'warn'
      log.write(level, 'token_renewal: the token could not be renewed', { leftMs, reason: errorOf(error).message })
    })
  }

  /** Records a failed login; once there was a session, repeats it for ever. */
  #fail(error: RmError): never {
    this.#failure = error
    if (this.#everLoggedIn && !this.#stopped && this.#retry === null) {
      const delay = LOGIN_RETRY_MS[Math.min(this.#failures, LOGIN_RETRY_MS.length - 1)]
      this.#failures += 1
      this.#retry = setTimeout(() => void this.#logInAgain(), delay)
      this.#options.log.write('error', 'auth_lost: the login failed, it is repeated', { reason: error.message })
    }
    if (this.#everLoggedIn && !this.#isLost) {
      this.#isLost = true
      this.#options.onLost(error.message)
    }
    throw error
  }

  async #logInAgain(): Promise<void> {
    this.#retry = null
    try {
      await this.login()
    } catch {
      // The failure has been recorded and the next attempt armed.
    }
  }

  #withoutKey(text: string): string {
    return text.replaceAll(this.#options.credentials.apiKey, '***')
  }
}

function errorOf(error: unknown): RmError {
  if (error instanceof RmError) return error
  if (error instanceof TransportFault) {
    return new RmError('GATEWAY_UNREACHABLE', `no answer from the gateway: ${error.message}`, {}, error)
  }
  throw error
}

import {
  HttpClient,
  type HttpResponse,
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type ILogger,
  LogLevel,
} from '@microsoft/signalr'
import { type ClientOptions, WebSocket } from 'ws'
import type { Stream } from '@rm/domain'
import { isStreamWatched, tellStream } from '../activity.ts'
import { type SampledLog, scrubbed } from '../bridge-log.ts'

const KEEP_ALIVE_MS = 15_000

/** The client has no timeout of its own for an invocation (gateway contract 7.4). */
const INVOKE_MS = 5_000
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

export interface HubSocketOptions {
  readonly stream: Stream
  readonly url: string
  /** Asked for on every connect, so that no connection carries an old token. */
  readonly token: () => string | Promise<string>
  readonly connectMs: number
  readonly silenceMs: number
  /** Certificates to trust, `null` for the system's. */
  readonly ca: readonly string[] | null
  readonly log: SampledLog
}

/**
 * One connection to a hub, used once: when it has ended, for whatever reason, a new one is made. The library's own reconnect gives up after
 * 42 s and does not cover a close without permission to come back.
 */
export class HubSocket {
  readonly #connection: HubConnection
  readonly #sockets: WebSocket[] = []
  readonly #ended = Promise.withResolvers<string>()
  #hasEnded = false

  constructor(options: HubSocketOptions) {
    const sockets = this.#sockets
    const socketOptions: ClientOptions = {
      handshakeTimeout: options.connectMs,
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      rejectUnauthorized: true,
      ...(options.ca === null ? {} : { ca: [...options.ca] }),
    }
    class Socket extends WebSocket {
      constructor(url: string, protocols: string | string[] | undefined, given: ClientOptions) {
        super(url, protocols, { ...given, ...socketOptions })
        sockets.push(this)
        if (isStreamWatched())
          this.on('message', () => tellStream({ stream: options.stream, state: 'heard', reason: null }))
      }
    }
    const httpOptions = {
      transport: HttpTransportType.WebSockets,
      skipNegotiation: true,
      accessTokenFactory: options.token,
      httpClient: new NoHttpClient(),
      WebSocket: Socket,
    }
    this.#connection = new HubConnectionBuilder()
      .withUrl(options.url, httpOptions)
      .configureLogging(libraryLog(options.log))
      .withServerTimeout(options.silenceMs)
      .withKeepAliveInterval(Math.min(KEEP_ALIVE_MS, options.silenceMs / 2))
      .build()
    this.#connection.onclose((error) =>
      this.#end(error === undefined ? 'the connection was closed' : scrubbed(error.message)),
    )
  }

  /** Resolves with the reason when the connection is of no use any more. */
  get ended(): Promise<string> {
    return this.#ended.promise
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Registers what a callback does. Before {@link open}: what arrives without a handler is lost. */
  on(callback: string, handler: (...args: unknown[]) => void): void {
    this.#connection.on(callback, (...args: unknown[]) => {
      if (this.#hasEnded) return
      try {
        handler(...args)
      } catch (error) {
        // The library would swallow it; what a handler does not catch is a broken invariant of ours and has to end the process.
        queueMicrotask(() => {
          throw error
        })
      }
    })
  }

  /** Connects and shakes hands. `connectMs` covers the socket, the same again the handshake of the protocol. */
  async open(connectMs: number): Promise<void> {
    if (this.#hasEnded) throw new Error(await this.ended)
    await this.#within(this.#connection.start(), 2 * connectMs, 'the hub did not answer the handshake')
  }

  /** Calls a hub method. Rejects when the hub says no, or nothing for 5 s. */
  async invoke(method: string, ...args: readonly unknown[]): Promise<void> {
    await this.#within(this.#connection.invoke(method, ...args), INVOKE_MS, `${method} was not answered`)
  }

  /** Ends it now. The peer may be gone, so nobody waits for its farewell. */
  discard(reason: string): void {
    this.#end(reason)
    // A connection that never stood has nothing to stop; its start has rejected.
    this.#connection.stop().catch(() => {})
    setImmediate(() => {
      for (const socket of this.#sockets) socket.terminate()
    })
  }

  #end(reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#ended.resolve(reason)
  }

  async #within(work: Promise<unknown>, ms: number, problem: string): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`${problem} in ${ms} ms`)), ms)
    const over = this.ended.then((reason) => Promise.reject(new Error(reason)))
    try {
      await Promise.race([work, late, over])
    } finally {
      clearTimeout(timer)
      // Whichever lost the race may still reject, and nobody listens any more.
      for (const loser of [work, late, over]) loser.catch(() => {})
    }
  }
}

/** Without negotiation nothing is fetched; the library's own client would load a cookie jar and a second fetch. */
class NoHttpClient extends HttpClient {
  override send(): Promise<HttpResponse> {
    return Promise.reject(new Error('the hubs are reached by WebSocket alone'))
  }
}

function libraryLog(log: SampledLog): ILogger {
  return {
    log(level, message) {
      // Its errors are rejections that we see and tell ourselves.
      if (level >= LogLevel.Warning) log.write('warn', `signalr: ${scrubbed(message)}`)
    },
  }
}

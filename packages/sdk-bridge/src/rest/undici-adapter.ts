import {
  type AxiosAdapter,
  AxiosError,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
  type RawAxiosResponseHeaders,
} from 'axios'
import type { Dispatcher } from 'undici'

/** How far a request got. It is the `request` of every response and error that the adapter makes. */
export interface RequestTrace {
  /** Whether it was handed to a connection. `false` in an error: the gateway certainly never saw it. */
  sent: boolean
}

/** Where requests go, and what undici may wait for. */
export interface UndiciAdapterTarget {
  readonly dispatcher: Dispatcher
  /** Path of the base URL, without a slash at the end. */
  readonly basePath: string
  /** Milliseconds until the headers of the answer, and between two parts of its body. */
  readonly answerMs: number
}

/**
 * Axios's own adapter costs three times the rest of a request; this one hands the request to an undici dispatcher and keeps what callers of
 * axios rely on: `validateStatus`, `timeout` as a total deadline, `signal`, and the error codes. It takes no query parameters, streams or redirects,
 * gives the body as text, and knows nothing of proxies.
 */
export function undiciAdapter(target: UndiciAdapterTarget): AxiosAdapter {
  return (config) =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange(config, resolve, reject)
      target.dispatcher.dispatch(
        {
          path: target.basePath + (config.url ?? '/'),
          method: (config.method ?? 'get').toUpperCase(),
          headers: headersOf(config),
          body: typeof config.data === 'string' ? config.data : null,
          headersTimeout: target.answerMs,
          bodyTimeout: target.answerMs,
        },
        exchange,
      )
    })
}

function headersOf(config: InternalAxiosRequestConfig): string[] {
  const headers: string[] = []
  for (const [name, value] of Object.entries(config.headers)) {
    if (value !== null && value !== undefined && value !== false) headers.push(name, String(value))
  }
  return headers
}

/** One request on its way: collects the answer, watches the deadline and the caller's signal, settles once. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #config: InternalAxiosRequestConfig
  readonly #resolve: (response: AxiosResponse<string>) => void
  readonly #reject: (error: Error) => void
  readonly #trace: RequestTrace = { sent: false }
  readonly #deadline: NodeJS.Timeout | null
  readonly #onAbort: (() => void) | null
  #controller: Dispatcher.DispatchController | null = null
  #settled = false
  #status = 0
  #statusText = ''
  #headers: RawAxiosResponseHeaders = {}
  #chunks: Buffer[] = []

  constructor(
    config: InternalAxiosRequestConfig,
    resolve: (response: AxiosResponse<string>) => void,
    reject: (error: Error) => void,
  ) {
    this.#config = config
    this.#resolve = resolve
    this.#reject = reject
    const { timeout, signal } = config
    this.#deadline =
      timeout === undefined || timeout === 0
        ? null
        : setTimeout(() => this.#abandon(this.#timedOut(`timeout of ${timeout}ms exceeded`)), timeout)
    this.#onAbort = signal === undefined ? null : () => this.#abandon(new CanceledError(undefined, config, this.#trace))
    if (this.#onAbort !== null) signal?.addEventListener?.('abort', this.#onAbort)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Error('abandoned before it was sent'))
    else this.#trace.sent = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText?: string,
  ): void {
    this.#status = status
    this.#statusText = statusText ?? ''
    const kept: RawAxiosResponseHeaders = {}
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) kept[name] = value
    }
    this.#headers = kept
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [only] = this.#chunks
    const body = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks)
    const response: AxiosResponse<string> = {
      data: body.toString('utf8'),
      status: this.#status,
      statusText: this.#statusText,
      headers: this.#headers,
      config: this.#config,
      request: this.#trace,
    }
    const { validateStatus } = this.#config
    if (validateStatus === undefined || validateStatus === null || validateStatus(this.#status)) {
      if (this.#settle()) this.#resolve(response)
      return
    }
    const code = this.#status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
    const message = `Request failed with status code ${this.#status}`
    this.#fail(new AxiosError(message, code, this.#config, this.#trace, response))
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    this.#fail(this.#errorFrom(cause))
  }

  #errorFrom(cause: Error): AxiosError {
    switch (codeOf(cause)) {
      case 'UND_ERR_CONNECT_TIMEOUT':
        return new AxiosError(cause.message, AxiosError.ETIMEDOUT, this.#config, this.#trace)
      case 'UND_ERR_HEADERS_TIMEOUT':
        return this.#timedOut(cause.message)
      case 'UND_ERR_BODY_TIMEOUT':
        return new AxiosError(cause.message, AxiosError.ERR_BAD_RESPONSE, this.#config, this.#trace)
      default:
        return AxiosError.from(cause, codeOf(cause), this.#config, this.#trace)
    }
  }

  #timedOut(message: string): AxiosError {
    return new AxiosError(message, AxiosError.ECONNABORTED, this.#config, this.#trace)
  }

  #abandon(error: AxiosError): void {
    this.#fail(error)
    this.#controller?.abort(error)
  }

  #fail(error: AxiosError): void {
    if (this.#settle()) this.#reject(error)
  }

  #settle(): boolean {
    if (this.#settled) return false
    this.#settled = true
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    if (this.#onAbort !== null) this.#config.signal?.removeEventListener?.('abort', this.#onAbort)
    return true
  }
}

/** The first code in the chain of causes; an aggregate (all addresses of a host failed) has it in its parts. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0])
  return error.cause instanceof Error ? codeOf(error.cause) : AxiosError.ERR_NETWORK
}

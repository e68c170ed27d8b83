import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}

/** A receiver on this machine that keeps what is posted to it. */
export class HttpSink implements AsyncDisposable {
  readonly received: Received[] = []
  /** What is answered from now on. */
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'nothing' = { status: 200 }
  readonly #server: http.Server

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#take(request, response))
  }

  static async open(): Promise<HttpSink> {
    const sink = new HttpSink()
    sink.#server.listen(0, '127.0.0.1')
    await once(sink.#server, 'listening')
    return sink
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const text = (await request.setEncoding('utf8').toArray()).join('')
    this.received.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) })
    if (this.answer === 'nothing') return
    response.writeHead(this.answer.status, this.answer.headers).end('told')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

import { once } from 'node:events'
import http from 'node:http'

/** What was posted to a sink and taken. */
export interface Posted {
  readonly path: string
  readonly body: string
}

/** A receiver on this machine in the place of the real ones, so that nothing of a rehearsal leaves it. */
export class HttpSink implements AsyncDisposable {
  readonly posted: Posted[] = []
  /** What is posted below it is refused from now on; `null`: everything is taken. */
  refusedPath: string | null = null
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

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the sink does not listen')
    return `http://127.0.0.1:${address.port}`
  }

  /** What came below a path so far. */
  below(path: string): readonly Posted[] {
    return this.posted.filter((one) => one.path.startsWith(path))
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    const { url = '' } = request
    const isRefused = this.refusedPath !== null && url.startsWith(this.refusedPath)
    if (!isRefused) this.posted.push({ path: url, body })
    response.writeHead(isRefused ? 503 : 200).end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

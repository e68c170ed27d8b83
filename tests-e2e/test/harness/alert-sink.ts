import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const Alert = z.object({
  id: z.string(),
  revision: z.int(),
  kind: z.enum(['begun', 'update', 'again', 'over', 'test']),
  severity: z.string(),
  code: z.string(),
  account: z.string().nullable(),
  text: z.string(),
  details: z.array(z.string()),
})
export type ReceivedAlert = z.output<typeof Alert> & {
  /** Monotonic. */
  readonly receivedMs: number
}

const AlertBody = z.object({ version: z.literal(1), alerts: z.array(Alert) })

/** What is posted to a receiver of this test, which may be told to fail. */
export class AlertSink implements AsyncDisposable {
  /** Bodies in the order of their arrival, also those that were refused. */
  readonly bodies: { readonly path: string; readonly body: unknown; readonly receivedMs: number }[] = []
  readonly alerts: ReceivedAlert[] = []
  /** What is answered from now on; nothing but 200 counts as received. */
  status = 200
  readonly #server: http.Server

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#take(request, response))
  }

  static async open(): Promise<AlertSink> {
    const sink = new AlertSink()
    sink.#server.listen(0, '127.0.0.1')
    await once(sink.#server, 'listening')
    return sink
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body: unknown = JSON.parse((await request.setEncoding('utf8').toArray()).join(''))
    const receivedMs = performance.now()
    this.bodies.push({ path: request.url ?? '', body, receivedMs })
    const told = AlertBody.safeParse(body)
    if (this.status === 200 && told.success)
      for (const alert of told.data.alerts) this.alerts.push({ ...alert, receivedMs })
    response.writeHead(this.status).end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

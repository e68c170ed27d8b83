import { RmError } from '@rm/domain'
import { createParser } from 'eventsource-parser'
import { Agent, type Dispatcher, request } from 'undici'
import { z } from 'zod'
import { DaemonReport } from './daemon-report.ts'
import { Problem } from './problem.ts'
import { type CallInput, CHANGES_PATH, type RouteName, type RouteOutput, ROUTES } from './routes.ts'

/** Something that the stream of changes told. */
export type Change =
  | { readonly kind: 'report'; readonly report: DaemonReport }
  | { readonly kind: 'line'; readonly line: Readonly<Record<string, unknown>> }

/** Long enough for a panic on a slow gateway; nothing that waits longer is waited for here. */
const CALL_MS = 10_000
const HOST = 'http://risk-manager'

/** Speaks to a running daemon over one of its sockets. */
export class ControlClient implements AsyncDisposable {
  readonly #socket: string
  readonly #agent: Agent

  /** @param socket - path of a Unix socket, or name of a Windows pipe */
  constructor(socket: string) {
    this.#socket = socket
    this.#agent = new Agent({ connect: { socketPath: socket }, headersTimeout: CALL_MS, bodyTimeout: 0 })
  }

  /** Calls a route. Throws `RmError`: DAEMON_UNREACHABLE, or CALL_REFUSED with what the daemon says. */
  async call<Name extends RouteName>(name: Name, input: CallInput<Name>): Promise<RouteOutput<Name>> {
    const { method, path } = ROUTES[name]
    const url = new URL(path, HOST)
    if (method === 'GET') {
      for (const [key, value] of Object.entries(input))
        if (typeof value === 'string' || typeof value === 'number') url.searchParams.set(key, `${value}`)
    }
    const body = method === 'GET' ? null : JSON.stringify(input)
    const headers = body === null ? {} : { 'content-type': 'application/json' }
    const answer = await this.#send(url, { method, body, headers })
    const text = await this.#textOf(answer)
    if (answer.statusCode >= 400) throw refusalOf(text, answer.statusCode)
    const read = ROUTES[name].output.safeParse(parsedOrNull(text))
    if (!read.success)
      throw new RmError('CALL_REFUSED', 'the answer is none of a daemon of this version', { name }, read.error)
    // The schema of the route by that name; TypeScript does not follow the name through the table.
    return read.data as RouteOutput<Name>
  }

  /** Text of a page that is no JSON: metrics, health. */
  async page(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await this.#send(new URL(path, HOST), { method: 'GET' })
    return { status: answer.statusCode, text: await this.#textOf(answer) }
  }

  /** What changes, as it happens, until the daemon ends or the caller stops reading. */
  async *changes(signal: AbortSignal): AsyncGenerator<Change> {
    const answer = await this.#send(new URL(CHANGES_PATH, HOST), { method: 'GET', signal })
    if (answer.statusCode >= 400) throw refusalOf(await this.#textOf(answer), answer.statusCode)
    const waiting: Change[] = []
    const parser = createParser({
      onEvent: ({ event, data }) => {
        const content: unknown = JSON.parse(data)
        if (event === 'report') waiting.push({ kind: 'report', report: DaemonReport.parse(content) })
        else if (event === 'line') waiting.push({ kind: 'line', line: asRecord(content) })
      },
    })
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body) {
        parser.feed(decoder.decode(asBytes(chunk), { stream: true }))
        yield* waiting.splice(0)
      }
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }

  async #send(url: URL, options: Partial<Dispatcher.RequestOptions>): Promise<Dispatcher.ResponseData> {
    try {
      return await request(url, { ...options, dispatcher: this.#agent })
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  /** A daemon may end in the middle of its answer. */
  async #textOf({ body }: Dispatcher.ResponseData): Promise<string> {
    try {
      return await body.text()
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  #unreachable(cause: unknown): RmError {
    const details = { socket: this.#socket }
    return new RmError('DAEMON_UNREACHABLE', `no daemon answers at ${this.#socket}`, details, cause)
  }
}

/** An answer as it stood on the wire, for programs that read it. */
export function wireText<Name extends RouteName>(name: Name, answer: RouteOutput<Name>): string {
  const schema: z.ZodType = ROUTES[name].output
  return JSON.stringify(z.encode(schema, answer), null, 2)
}

function refusalOf(text: string, status: number): RmError {
  const problem = Problem.safeParse(parsedOrNull(text))
  if (!problem.success) return new RmError('CALL_REFUSED', `the daemon answered with status ${status}`, { status })
  const { title, detail, type } = problem.data
  return new RmError('CALL_REFUSED', `${title}: ${detail}`, { status, type })
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function asBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array()
}

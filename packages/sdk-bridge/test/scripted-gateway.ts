import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** What a route answers. A missing `date` is the server's own time. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object goes out as JSON, a text as it is. */
  readonly body?: object | string
  readonly delayMs?: number
}

/** `hang` never answers, `reset` cuts the connection before, `cut` in the middle of the body. */
export type Reaction = Answer | 'hang' | 'reset' | 'cut'

export interface SeenRequest {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly token: string | null
}

export interface SeenInvocation {
  readonly hub: 'user' | 'market'
  readonly target: string
  readonly args: readonly unknown[]
}

type Script = (request: SeenRequest) => Reaction

const RECORD_END = '\u001e'

/**
 * The far end of the wire for tests: real HTTP, real WebSockets, the SignalR JSON protocol, and for every route what the test wants it
 * to answer. It knows nothing about trading.
 */
export class ScriptedGateway {
  readonly requests: SeenRequest[] = []
  readonly invocations: SeenInvocation[] = []
  /** Tokens of the WebSocket upgrades, refused ones included. */
  readonly upgrades: (string | null)[] = []
  /** Refuse these upgrades with 401. */
  refusesUpgrade: (token: string | null) => boolean = () => false
  /** How an invocation ends: normally, with an error, or never. */
  completes: (invocation: SeenInvocation) => 'done' | 'error' | 'never' = () => 'done'
  /** The `Date` header of every answer; null sends the machine's. */
  date: (() => number) | null = null
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #hubs = new Map<WebSocket, 'user' | 'market'>()
  readonly #script = new Map<string, Script>()
  #changed = Promise.withResolvers<void>()

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    const hubs = new WebSocketServer({ noServer: true })
    this.#server.on('upgrade', (request, socket, head) => {
      const token = tokenOf(request)
      this.upgrades.push(token)
      this.#notify()
      if (this.refusesUpgrade(token)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
        return
      }
      const hub = request.url === '/hubs/user' ? 'user' : 'market'
      hubs.handleUpgrade(request, socket, head, (peer) => this.#welcome(peer, hub))
    })
    let logins = 0
    this.on('/api/Auth/loginKey', () => {
      logins += 1
      return envelope({ token: tokenText(`login-${logins}`) })
    })
    this.on('/api/Status/ping', () => ({ body: 'pong' }))
  }

  /** On a free port of the loopback unless named. */
  static async start(port = 0, host = '127.0.0.1'): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway()
    await new Promise<void>((resolve) => {
      gateway.#server.listen(port, host, resolve)
    })
    return gateway
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  on(path: string, script: Script): void {
    this.#script.set(path, script)
  }

  requestsTo(path: string): readonly SeenRequest[] {
    return this.requests.filter((request) => request.path === path)
  }

  invocationsOf(target: string): readonly SeenInvocation[] {
    return this.invocations.filter((invocation) => invocation.target === target)
  }

  connectionsOf(hub: 'user' | 'market'): number {
    return this.#peers(hub).length
  }

  /** Calls back on every connection of the hub. */
  push(hub: 'user' | 'market', target: string, ...args: readonly unknown[]): void {
    for (const peer of this.#peers(hub)) send(peer, { type: 1, target, arguments: args })
  }

  /** A close frame of the protocol, without permission to come back. */
  close(hub: 'user' | 'market'): void {
    for (const peer of this.#peers(hub)) send(peer, { type: 7, error: 'Connection closed with an error.' })
  }

  /** Cuts the sockets of the hub without a word. */
  cut(hub: 'user' | 'market'): void {
    for (const peer of this.#peers(hub)) peer.terminate()
  }

  /** Resolves once the claim holds; asked again whenever something arrived. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) await this.#changed.promise
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #peers(hub: 'user' | 'market'): readonly WebSocket[] {
    return [...this.#hubs].filter(([, name]) => name === hub).map(([peer]) => peer)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const seen: SeenRequest = {
      path: request.url ?? '',
      body: text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>),
      token: tokenOf(request),
    }
    this.requests.push(seen)
    const reaction = this.#script.get(seen.path)?.(seen) ?? { status: 404 }
    this.#notify()
    if (reaction === 'hang') return
    if (reaction === 'reset') {
      request.socket.destroy()
      return
    }
    if (this.date !== null) response.setHeader('Date', new Date(this.date()).toUTCString())
    if (reaction === 'cut') {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"success":tr')
      setImmediate(() => request.socket.destroy())
      return
    }
    const { status = 200, headers = {}, body = '', delayMs = 0 } = reaction
    const answer = typeof body === 'string' ? body : JSON.stringify(body)
    setTimeout(() => {
      response.writeHead(status, headers)
      response.end(answer)
    }, delayMs)
  }

  #welcome(peer: WebSocket, hub: 'user' | 'market'): void {
    let hasShaken = false
    peer.on('message', (data) => {
      const records = (data as Buffer).toString('utf8').split(RECORD_END).slice(0, -1)
      for (const record of records) {
        if (hasShaken) this.#receive(peer, hub, record)
        else {
          hasShaken = true
          peer.send(`{}${RECORD_END}`)
          this.#hubs.set(peer, hub)
        }
      }
      this.#notify()
    })
    peer.on('close', () => {
      this.#hubs.delete(peer)
      this.#notify()
    })
  }

  #receive(peer: WebSocket, hub: 'user' | 'market', record: string): void {
    const message = JSON.parse(record) as {
      type: number
      invocationId?: string
      target?: string
      arguments?: unknown[]
    }
    if (message.type !== 1 || message.target === undefined) return
    const invocation = { hub, target: message.target, args: message.arguments ?? [] }
    this.invocations.push(invocation)
    const { invocationId } = message
    switch (this.completes(invocation)) {
      case 'done':
        send(peer, { type: 3, invocationId, result: null })
        break
      case 'error':
        send(peer, { type: 3, invocationId, error: `An unexpected error occurred invoking '${invocation.target}'.` })
        break
      case 'never':
    }
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

/** A success envelope with its payload. */
export function envelope(payload: object = {}): Answer {
  return { body: { success: true, errorCode: 0, errorMessage: null, ...payload } }
}

/** A refusal as the gateway writes it: status 200. */
export function refusal(errorCode: number, errorMessage: string | null = null): Answer {
  return { body: { success: false, errorCode, errorMessage } }
}

/** A token with an expiry a day ahead of the epoch second given, or without the claim. */
export function tokenText(subject: string, expSeconds: number | null = 4_000_000_000): string {
  const claims = expSeconds === null ? { sub: subject } : { sub: subject, exp: expSeconds }
  return `${base64url({ alg: 'HS256' })}.${base64url(claims)}.signature`
}

function base64url(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url')
}

function send(peer: WebSocket, message: object): void {
  peer.send(`${JSON.stringify(message)}${RECORD_END}`)
}

function tokenOf(request: IncomingMessage): string | null {
  return request.headers.authorization?.replace('Bearer ', '') ?? null
}

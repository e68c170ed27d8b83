import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HubName } from '@rm/sdk-bridge/wire'
import { WebSocketServer } from 'ws'
import type { Hub } from './hub.ts'
import { bearerOf, type Session, type Sessions } from './sessions.ts'

/** Answer of `negotiate`: WebSockets only, so that a client never tries another transport. */
export interface Negotiation {
  readonly negotiateVersion: number
  readonly connectionId: string
  readonly connectionToken?: string
  readonly availableTransports: readonly { readonly transport: string; readonly transferFormats: readonly string[] }[]
}

/** The ways into the hubs: negotiation over HTTP, and the upgrade with or without it. */
export class HubEndpoints {
  readonly #sessions: Sessions
  readonly #hubs: readonly Hub[]
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  /** Connection ids by the token that negotiation gave out and that is good for one upgrade. */
  readonly #negotiated = new Map<string, { readonly hub: HubName; readonly connectionId: string }>()

  constructor(sessions: Sessions, hubs: readonly Hub[]) {
    this.#sessions = sessions
    this.#hubs = hubs
  }

  negotiate(hub: HubName, version: number): Negotiation {
    const connectionId = randomUUID()
    const connectionToken = version > 0 ? randomUUID() : connectionId
    this.#negotiated.set(connectionToken, { hub, connectionId })
    return {
      negotiateVersion: version > 0 ? 1 : 0,
      connectionId,
      ...(version > 0 ? { connectionToken } : {}),
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    }
  }

  /** The session that a request to a hub belongs to. A header wins over the query, which may hold an older token. */
  sessionOf(request: IncomingMessage): Session | undefined {
    const header = request.headers.authorization
    if (header !== undefined) return this.#sessions.of(bearerOf(header))
    return this.#sessions.of(urlOf(request).searchParams.get('access_token') ?? undefined)
  }

  upgrade(request: IncomingMessage, tcp: Socket, head: Buffer): void {
    tcp.on('error', () => undefined)
    const url = urlOf(request)
    const hub = this.#hubs.find(({ path }) => path === url.pathname.toLowerCase())
    if (hub === undefined) return refuse(tcp, '404 Not Found')
    if (hub.isDown) return void tcp.resetAndDestroy()
    const session = this.sessionOf(request)
    if (session === undefined) return refuse(tcp, '401 Unauthorized')
    const token = url.searchParams.get('id')
    const negotiated = token === null ? undefined : this.#negotiated.get(token)
    if (token !== null && negotiated?.hub !== hub.name) return refuse(tcp, '404 Not Found')
    if (token !== null) this.#negotiated.delete(token)
    this.#server.handleUpgrade(request, tcp, head, (socket) => {
      hub.connect(negotiated?.connectionId ?? randomUUID(), socket, tcp, session)
    })
  }
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://localhost')
}

function refuse(tcp: Socket, status: string): void {
  tcp.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

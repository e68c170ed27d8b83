import { once } from 'node:events'
import net from 'node:net'

/** How another program fails whom we call over HTTP. */
export type Spoiling = keyof typeof DEEDS

/** What is done to whoever has asked. */
const DEEDS = {
  refuses: (socket) => socket.end(httpAnswer('503 Service Unavailable', 'text/plain', 'not now')),
  'is silent': () => {},
  'cuts the connection': (socket) => socket.destroy(),
  'goes away in the middle': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"half'),
  'answers nonsense': (socket) => socket.end('\u0000\u0001 this is no HTTP\r\n\r\n'),
  'answers what is no JSON': (socket) => socket.end(httpAnswer('200 OK', 'text/html', '<h1>It works</h1>')),
  'answers other JSON': (socket) => socket.end(httpAnswer('200 OK', 'application/json', '{"unexpected":[true]}')),
} as const satisfies Readonly<Record<string, (socket: net.Socket) => void>>

/** A real server that fails every caller in one way, as soon as he has asked something. */
export class SpoiltServer implements AsyncDisposable {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  private constructor(spoiling: Spoiling) {
    this.#server = net.createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {}) // the caller may have gone first
      socket.once('data', () => DEEDS[spoiling](socket))
    })
  }

  /** @param socketPath - listens there instead of on a free port of this machine */
  static async open(spoiling: Spoiling, socketPath?: string): Promise<SpoiltServer> {
    const server = new SpoiltServer(spoiling)
    if (socketPath === undefined) server.#server.listen(0, '127.0.0.1')
    else server.#server.listen(socketPath)
    await once(server.#server, 'listening')
    return server
  }

  /** Its address, when it has a port. */
  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on no port')
    return `http://127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function httpAnswer(status: string, type: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
}

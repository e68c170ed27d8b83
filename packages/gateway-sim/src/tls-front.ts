import { connect } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { type CertificateKind, certificates, serverKey } from './certificates.ts'

/** A TLS address of the gateway beside the plain one: every byte goes through to it. */
export class TlsFront {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<TLSSocket>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.url = `https://127.0.0.1:${port}`
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  static async open(kind: CertificateKind, targetPort: number): Promise<TlsFront> {
    const server = createServer({ cert: certificates[kind], key: serverKey }, (client) => {
      const target = connect(targetPort, '127.0.0.1')
      client.pipe(target).pipe(client)
      client.once('error', () => target.destroy()).once('close', () => target.destroy())
      target.once('error', () => client.destroy()).once('close', () => client.destroy())
    })
    // A client that does not trust the certificate leaves in the middle of the handshake.
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a TLS address has a port')
    return new TlsFront(server, address.port)
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
    })
  }
}

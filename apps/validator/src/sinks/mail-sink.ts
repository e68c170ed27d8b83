import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'

/** A mail server on this machine that keeps what it gets and hands nothing on. */
export class MailSink implements AsyncDisposable {
  readonly mails: string[] = []
  readonly #server: SMTPServer

  private constructor() {
    this.#server = new SMTPServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      authOptional: true,
      onAuth: ({ username = '' }, _session, done) => done(null, { user: username }),
      onData: (stream, _session, done) => {
        const chunks: Buffer[] = []
        stream
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            this.mails.push(Buffer.concat(chunks).toString('utf8'))
            done()
          })
      },
    })
    this.#server.on('error', () => {}) // a client that hangs up
  }

  static async open(): Promise<MailSink> {
    const sink = new MailSink()
    await once(sink.#server.listen(0, '127.0.0.1'), 'listening')
    return sink
  }

  get port(): number {
    const address = this.#server.server.address()
    if (address === null || typeof address === 'string') throw new Error('the sink does not listen')
    return address.port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    await closed.promise
  }
}

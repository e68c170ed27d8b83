import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ChannelSettings, Secret } from '@rm/config'
import { SMTPServer } from 'smtp-server'
import { describe, expect, test } from 'vitest'
import { email } from '../src/channels/email.ts'
import { aNotice } from './notices.ts'

/** A mail server on this machine. Its certificate is its own, so nobody has a reason to trust it. */
class MailSink implements AsyncDisposable {
  readonly mails: { readonly from: string; readonly to: readonly string[]; readonly text: string }[] = []
  readonly logins: string[] = []
  readonly #server: SMTPServer

  private constructor(isEncrypting: boolean) {
    this.#server = new SMTPServer({
      hideSTARTTLS: !isEncrypting,
      allowInsecureAuth: true,
      authOptional: true,
      onAuth: ({ username = '', password = '' }, _session, done) => {
        this.logins.push(`${username}:${password}`)
        done(null, { user: username })
      },
      onData: (stream, { envelope }, done) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        const chunks: Buffer[] = []
        stream
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            this.mails.push({ from, to, text: Buffer.concat(chunks).toString('utf8') })
            done()
          })
      },
    })
    this.#server.on('error', () => {}) // a client that turns away from the certificate
  }

  static async open(isEncrypting: boolean): Promise<MailSink> {
    const sink = new MailSink(isEncrypting)
    const server = sink.#server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return sink
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    await closed.promise
  }
}

function settings(port: number, changes: Partial<ChannelSettings['email']> = {}): ChannelSettings['email'] {
  return {
    minSeverity: 'warning',
    host: '127.0.0.1',
    port,
    security: 'none',
    username: null,
    password: null,
    from: 'daemon@example.org',
    to: ['trader@example.org', 'partner@example.org'],
    ...changes,
  }
}

describe('mail', () => {
  test('has all alerts in it and the worst in its subject', async () => {
    await using sink = await MailSink.open(false)
    const login = { username: 'risk', password: new Secret('hunter2') }
    await email(settings(sink.port, login)).send([aNotice(), aNotice({ id: '3-2', code: 'RULE-003' })], 3_000)
    const [mail] = sink.mails
    expect(mail).toMatchObject({ from: 'daemon@example.org', to: ['trader@example.org', 'partner@example.org'] })
    expect(mail?.text).toMatch(/^Subject: =\?UTF-8\?Q\?=5Brisk-manager=5D_ERROR_RULE-001/m)
    expect(mail?.text).toContain('1_more')
    expect(mail?.text).toMatch(/incident 3-1[^]*RULE-003[^]*incident 3-2/)
    expect(sink.logins).toEqual(['risk:hunter2'])
  })

  test('is not handed to a server that does not encrypt when it should', async () => {
    await using sink = await MailSink.open(false)
    const send = email(settings(sink.port, { security: 'starttls' })).send([aNotice()], 3_000)
    await expect(send).rejects.toThrow('did not take the mail')
    expect(sink.mails).toEqual([])
  })

  test('is not handed to a server whose certificate nobody vouches for', async () => {
    await using sink = await MailSink.open(true)
    const send = email(settings(sink.port, { security: 'starttls' })).send([aNotice()], 3_000)
    await expect(send).rejects.toThrow(/certificate/i)
    expect(sink.mails).toEqual([])
  })

  test('fails at once where no server is, without telling the password (S-16)', async () => {
    const login = { username: 'risk', password: new Secret('hunter2') }
    const fault = await email(settings(9, login))
      .send([aNotice()], 3_000)
      .catch((error: unknown) => String(error))
    expect(fault).toContain('127.0.0.1:9 did not take the mail')
    expect(fault).not.toContain('hunter2')
  })
})

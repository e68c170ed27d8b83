import net from 'node:net'

/** What came back of a call that was written byte by byte. */
export interface RawAnswer {
  /** `null`: the other side hung up or said nothing. */
  readonly status: number | null
  readonly type: string
}

/** Long enough for a busy machine; a server that waits for the rest of a call ends it by itself. */
const ANSWER_MS = 8_000

/**
 * Writes bytes to a socket, whatever they are, and reads the first line of the answer: a client of HTTP would refuse to send most of what an
 * attacker sends.
 *
 * @param to - path of a Unix socket, name of a Windows pipe, or a port of this machine
 */
export async function rawCall(to: string | number, bytes: string | Buffer): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = typeof to === 'number' ? net.connect(to, '127.0.0.1') : net.connect(to)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    if (text.includes('\r\n\r\n')) resolve(text)
  })
  socket.on('error', () => resolve(text))
  socket.on('close', () => resolve(text))
  socket.setTimeout(ANSWER_MS, () => resolve(text))
  socket.end(bytes)
  const answer = await promise
  socket.destroy()
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(answer) ?? []
  const [, type = ''] = /^content-type: *([^\r\n;]*)/im.exec(answer) ?? []
  return { status: status === undefined ? null : Number(status), type }
}

/** A well-formed call, as text. */
export function callText(method: string, path: string, body = '', headers: readonly string[] = []): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const type = body === '' ? [] : ['Content-Type: application/json']
  const head = [`${method} ${path} HTTP/1.1`, 'Host: risk-manager', 'Connection: close', ...type, ...length, ...headers]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

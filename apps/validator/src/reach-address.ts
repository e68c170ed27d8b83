import net from 'node:net'
import tls from 'node:tls'

/** A place to connect to. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly isEncrypted: boolean
}

const CONNECT_MS = 5_000

/**
 * Connects, and with encryption shakes hands, so that a certificate that does not fit is noticed; then hangs up. Nothing is said.
 *
 * @returns why it could not be done, or `null`
 */
export async function reachAddress({ host, port, isEncrypted }: Address, signal: AbortSignal): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const socket = isEncrypted
    ? tls.connect({ host, port, servername: net.isIP(host) === 0 ? host : '', rejectUnauthorized: true })
    : net.connect({ host, port })
  socket.once(isEncrypted ? 'secureConnect' : 'connect', () => resolve(null))
  socket.once('error', (error) => resolve(reasonOf(error)))
  socket.setTimeout(CONNECT_MS, () => resolve(`no answer within ${CONNECT_MS / 1_000} s`))
  signal.addEventListener('abort', () => resolve('interrupted'), { once: true })
  const reason = await promise
  socket.destroy()
  return reason
}

/** The first reason of several: each address of a host is tried. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

const PORTS = { encrypted: 443, plain: 80 } as const

/** The place that a URL names. */
export function addressOfUrl(url: string): Address {
  const { hostname, port, protocol } = new URL(url)
  const isEncrypted = protocol === 'https:' || protocol === 'wss:'
  const usual = isEncrypted ? PORTS.encrypted : PORTS.plain
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port), isEncrypted }
}

/** Whether nobody stands between. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

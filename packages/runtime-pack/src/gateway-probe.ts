import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { getCACertificates, TLSSocket } from 'node:tls'
import type { ApiSettings } from '@rm/config'
import { monotonicMs, wallClockMs } from './system-clock.ts'

/** How one address of the gateway was reached, step by step; what was not reached is `null`. */
export interface GatewayProbe {
  readonly url: string
  /** Until the name was resolved; `null` also for an address that needs none. */
  readonly dnsMs: number | null
  readonly connectMs: number | null
  /** `null` without encryption. */
  readonly tls: TlsFacts | null
  /** Of the HTTP answer, whatever it said. */
  readonly status: number | null
  /** From the request to the head of its answer, connection included. */
  readonly answerMs: number | null
  /** The gateway's clock minus this machine's, to the second that its header is exact to; `null` when it told no time. */
  readonly clockOffsetMs: number | null
  /** Why there was no answer. */
  readonly fault: string | null
}

interface TlsFacts {
  readonly protocol: string | null
  readonly issuer: string | null
  readonly validUntil: string | null
  readonly handshakeMs: number
}

interface ProbeOptions {
  readonly caFile: string | null
  readonly withinMs: number
}

/** Beyond it business time is not trusted, in production (ARCHITECTURE.md, Time), and a second more is the header's resolution. */
export const CLOCK_OFFSET_MS_MAX = 3_000
/** The gateway's route that asks for nothing (gateway contract 1.1). */
const PING_PATH = '/api/Status/ping'

/** Each address of a gateway once: its REST, which also tells the time, then the hub of the user and that of the market. */
export function probeGateways(api: ApiSettings, withinMs: number): Promise<readonly GatewayProbe[]> {
  const urls = [new URL(PING_PATH, api.apiUrl).href, api.userHubUrl, api.marketHubUrl]
  return Promise.all(urls.map((url) => probeGateway(url, { caFile: api.tls.caFile, withinMs })))
}

/** The header is cut to whole seconds, so on average the truth is half a second later. */
const HALF_SECOND_MS = 500

/** Asks an address once, on a connection of its own. Never rejects: what went wrong is in the result. */
function probeGateway(url: string, { caFile, withinMs }: ProbeOptions): Promise<GatewayProbe> {
  const { promise, resolve } = Promise.withResolvers<GatewayProbe>()
  let probe: GatewayProbe = {
    url,
    dnsMs: null,
    connectMs: null,
    tls: null,
    status: null,
    answerMs: null,
    clockOffsetMs: null,
    fault: null,
  }
  const startedMs = monotonicMs()
  const askedAt = wallClockMs()
  const since = (): number => round(monotonicMs() - startedMs)
  const isEncrypted = url.startsWith('https:')
  const trust = caFile === null ? {} : { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] }
  const request = isEncrypted ? https.request(url, { agent: false, ...trust }) : http.request(url, { agent: false })
  request.setTimeout(withinMs, () => request.destroy(new Error(`no answer within ${withinMs} ms`)))
  request.once('socket', (socket) => {
    socket.once('lookup', (error) => {
      if (error === null) probe = { ...probe, dnsMs: since() }
    })
    socket.once('connect', () => (probe = { ...probe, connectMs: since() }))
    socket.once('secureConnect', () => {
      if (socket instanceof TLSSocket) probe = { ...probe, tls: tlsFacts(socket, since() - (probe.connectMs ?? 0)) }
    })
  })
  request.once('response', (answer) => {
    answer.resume()
    const answerMs = since()
    const told = Date.parse(answer.headers.date ?? '')
    const clockOffsetMs = Number.isNaN(told) ? null : round(told + HALF_SECOND_MS - (askedAt + answerMs / 2))
    answer.once('close', () => resolve({ ...probe, status: answer.statusCode ?? null, answerMs, clockOffsetMs }))
  })
  request.once('error', (error) => resolve({ ...probe, fault: reasonOf(error) }))
  request.end()
  return promise
}

function tlsFacts(socket: TLSSocket, handshakeMs: number): TlsFacts {
  const { issuer, valid_to } = socket.getPeerCertificate()
  return {
    protocol: socket.getProtocol(),
    issuer: [issuer?.O ?? issuer?.CN ?? null].flat()[0] ?? null,
    validUntil: valid_to ?? null,
    handshakeMs: round(handshakeMs),
  }
}

/** Several addresses that all refuse make an error without a text of its own. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.message === '' ? (error.code ?? error.name) : error.message
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}

import http from 'node:http'
import https from 'node:https'
import type { Secret } from '@rm/config'
import { ChannelFault } from './channel.ts'

export interface JsonPost {
  readonly url: URL
  readonly body: unknown
  readonly authorization: Secret | null
  /** Milliseconds from the wish to the answer, connecting included. */
  readonly deadlineMs: number
}

/**
 * Posts JSON and waits for an answer of 2xx. Each request has a connection of its own: they are rare, and a kept one would be dead when it matters.
 * It follows no redirect, takes no proxy from the environment, and refuses a certificate that does not fit, whatever the environment says.
 *
 * @throws ChannelFault for any other answer, or none
 */
export async function postJson({ url, body, authorization, deadlineMs }: JsonPost): Promise<void> {
  const text = JSON.stringify(body)
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'User-Agent': 'risk-manager',
    ...(authorization === null ? {} : { Authorization: authorization.reveal() }),
  }
  const client = url.protocol === 'https:' ? https : http
  let deadline: NodeJS.Timeout | undefined
  try {
    const answer = Promise.withResolvers<http.IncomingMessage>()
    const request = client.request(url, { method: 'POST', headers, agent: false, rejectUnauthorized: true })
    const tooLate = new ChannelFault(`${url.host} did not answer within ${deadlineMs} ms`)
    deadline = setTimeout(() => request.destroy(tooLate), deadlineMs)
    request.on('response', answer.resolve).on('error', answer.reject).end(text)
    const response = await answer.promise
    const { statusCode: status = 0 } = response
    response.destroy() // the status is all that counts
    if (status < 200 || status > 299) throw refusal(url.host, status, response.headers['retry-after'])
  } catch (error) {
    if (error instanceof ChannelFault) throw error
    throw new ChannelFault(`${url.host} cannot be reached: ${reasonOf(error)}`, null, { cause: error })
  } finally {
    clearTimeout(deadline)
  }
}

/** Longest wait that a receiver may ask for: an alert must not lie for hours because of one header. */
const RETRY_AFTER_MS_MAX = 60_000

function refusal(host: string, status: number, retryAfter: string | undefined): ChannelFault {
  const seconds = Number(retryAfter)
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MS_MAX) : null
  return new ChannelFault(`${host} answered ${status}`, retryAfterMs)
}

/** The first reason of several (each address of a host is tried). */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

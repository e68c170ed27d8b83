import type { z } from 'zod'
import type { RestReply } from './rest-channel.ts'
import { TransportFault } from './transport-fault.ts'

/** A body that is JSON, with the raw form beside the decoded one: decoding cuts stamps to milliseconds. */
export interface Decoded<Body> {
  readonly body: Body
  readonly raw: unknown
}

/**
 * Decodes a body as what the schema says, whatever content type it came with.
 *
 * @throws TransportFault when it is no JSON (a proxy's page, a truncated body) or another JSON than that
 */
export function readEnvelope<Body>(reply: RestReply, schema: z.ZodType<Body>): Decoded<Body> {
  let raw: unknown
  try {
    raw = JSON.parse(reply.text)
  } catch {
    throw new TransportFault(`status ${reply.status} with a body that is not JSON`, true)
  }
  const parsed = schema.safeParse(raw)
  if (parsed.success) return { body: parsed.data, raw }
  // Names of fields only: values may be private and end in a log.
  const problems = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`)
  throw new TransportFault(`undecodable reply: ${problems.join('; ')}`, true)
}

import { restRoutes, type RestRouteName } from '@rm/sdk-bridge/wire'
import { z } from 'zod'

/*
 * The words in which a test says what should go wrong. A plan is a fault plus the calls or events that it applies to; the same words travel
 * over the control plane, hence the schemas.
 */

/** Whether the request takes effect before its reply is spoilt. */
const executed = z.enum(['act', 'drop'])
const milliseconds = z.number().nonnegative()

/** What can happen to a REST call. */
export const restFaultSchema = z.discriminatedUnion('verb', [
  /** Another HTTP status: 401, 404, 429, 5xx … with an empty or an HTML body. Dropped unless it says `act`. */
  z.strictObject({
    verb: z.literal('status'),
    status: z.int().min(400).max(599),
    html: z.boolean().default(false),
    retryAfterSeconds: z.int().nonnegative().optional(),
    executed: executed.default('drop'),
  }),
  /** No reply at all, the connection stays open. */
  z.strictObject({ verb: z.literal('hang'), executed: executed.default('drop') }),
  /** Executed at once, answered late. */
  z.strictObject({ verb: z.literal('delay'), ms: milliseconds }),
  /** Executed late, answered then: between the two times, by the seed. */
  z.strictObject({ verb: z.literal('slow'), minMs: milliseconds.default(5_000), maxMs: milliseconds.default(20_000) }),
  /** The connection is reset before the first byte of the reply or in the middle of its body. */
  z.strictObject({
    verb: z.literal('rst'),
    at: z.enum(['start', 'body']).default('body'),
    executed: executed.default('drop'),
  }),
  /** HTTP 200 with `success: false` and this code, known or not. */
  z.strictObject({
    verb: z.literal('code'),
    code: z.int(),
    message: z.string().nullable().default(null),
    executed: executed.default('drop'),
  }),
  /** `success: true`, and nothing was done. */
  z.strictObject({ verb: z.literal('ack-noop') }),
  /** The list of the reply is left out or null. */
  z.strictObject({ verb: z.literal('nolist'), as: z.enum(['absent', 'null']).default('absent') }),
  /** Reads show the account as it was so long ago. */
  z.strictObject({ verb: z.literal('lag'), ms: milliseconds }),
  /** HTTP 200 with a body that is no envelope. */
  z.strictObject({
    verb: z.literal('garbage'),
    form: z.enum(['truncated', 'empty', 'html', 'binary']).default('truncated'),
    executed: executed.default('drop'),
  }),
  /** The `Date` header is off by so much. */
  z.strictObject({ verb: z.literal('date'), skewMs: z.number() }),
  /** Placed and accepted, and rejected by the venue so long afterwards, on the stream alone. */
  z.strictObject({ verb: z.literal('reject-later'), ms: milliseconds.default(200) }),
  /** Somebody else with the same key uses up this many calls of every window. Not bound to a call: it lasts until it is cleared. */
  z.strictObject({ verb: z.literal('spend'), calls: z.int().positive() }),
  /** Every token of the caller dies with this call, which is answered with 401. */
  z.strictObject({ verb: z.literal('revoke') }),
])
export type RestFault = z.infer<typeof restFaultSchema>
export type RestFaultInput = z.input<typeof restFaultSchema>

/** One of the two hubs. */
export const hubNameSchema = z.enum(['user', 'market'])

const streamKind = z.enum(['account', 'order', 'position', 'trade', 'quote'])
export type StreamKind = z.infer<typeof streamKind>

/** What can happen to a hub, to its connections or to the events on them. */
export const hubFaultSchema = z.discriminatedUnion('verb', [
  /** The TCP connections are reset. */
  z.strictObject({ verb: z.literal('rst') }),
  /** The open connections carry no byte any more, in either direction. */
  z.strictObject({ verb: z.literal('blackhole') }),
  /** What the client sends on the open connections is lost; it still receives pings and events. */
  z.strictObject({ verb: z.literal('half') }),
  /** Pings and replies flow on the open connections, events do not. */
  z.strictObject({ verb: z.literal('mute') }),
  /** A close frame: the client library stops for good. */
  z.strictObject({ verb: z.literal('close'), error: z.string().optional() }),
  /** A close frame that allows the client to come back. */
  z.strictObject({ verb: z.literal('close+'), error: z.string().default('Connection closed with an error.') }),
  /** Connections are reset and new ones refused until `up`. */
  z.strictObject({ verb: z.literal('down') }),
  z.strictObject({ verb: z.literal('up') }),
  /** Connections are reset every so often, until it is cleared or has lasted `forMs`. */
  z.strictObject({ verb: z.literal('flap'), everyMs: milliseconds.default(2_000), forMs: milliseconds.optional() }),
  /** The server ends the session: `GatewayLogout`, and the tokens of the receivers die unless told otherwise. */
  z.strictObject({ verb: z.literal('logout'), text: z.string().optional(), revoke: z.boolean().default(true) }),
  /** A record that is no JSON, one without its separator, or an event whose entity does not fit its schema. */
  z.strictObject({ verb: z.literal('malformed'), form: z.enum(['json', 'unterminated', 'entity']).default('json') }),
  /** Events arrive twice. */
  z.strictObject({ verb: z.literal('dup') }),
  /** Events that fall into one window arrive in another order. */
  z.strictObject({ verb: z.literal('reorder'), windowMs: milliseconds.default(500) }),
  /** Events arrive late. */
  z.strictObject({ verb: z.literal('delay'), ms: milliseconds.default(30_000) }),
  /** Events are lost. */
  z.strictObject({ verb: z.literal('drop') }),
  /**
   * So many events a second are made up: on the market hub quotes of every subscribed contract, a few ticks around its price, on the user
   * hub the records of accounts and orders once more. Until it is cleared or has lasted `forMs`.
   */
  z.strictObject({
    verb: z.literal('burst'),
    perSecond: z.int().positive().default(1_000),
    forMs: milliseconds.default(10_000),
  }),
  /** Invocations are answered with an error. */
  z.strictObject({ verb: z.literal('reject-invoke'), error: z.string().optional() }),
  /** Invocations are never completed. */
  z.strictObject({ verb: z.literal('hang-invoke') }),
  /** The handshake is refused, or never answered, or cut. */
  z.strictObject({
    verb: z.literal('handshake'),
    reply: z.enum(['error', 'silence', 'rst']).default('error'),
    error: z.string().default('Handshake was canceled.'),
  }),
])
export type HubFault = z.infer<typeof hubFaultSchema>
export type HubFaultInput = z.input<typeof hubFaultSchema>

const routeNames = Object.keys(restRoutes) as RestRouteName[]

/** A route, `ping`, or a family of them. */
export const faultyRouteSchema = z.enum([...routeNames, 'ping', 'reads', 'mutations', 'any'])
export type FaultyRoute = z.infer<typeof faultyRouteSchema>

/** Which of the calls or events a fault is for. */
export const faultScopeSchema = z.strictObject({
  accountId: z.int().optional(),
  userName: z.string().optional(),
  /** Events of one kind only. */
  kind: streamKind.optional(),
  /** Invocations of one hub method only, in any case. */
  method: z.string().optional(),
  /** How many matching ones pass unharmed first: 2 means from the third on. */
  skip: z.int().nonnegative().default(0),
  /** How many are harmed then. `null`: all, until the plan is cleared. */
  times: z.int().positive().nullable().default(1),
  /** Chance of each, by the seed of the plan. */
  probability: z.number().min(0).max(1).default(1),
})
export type FaultScope = z.infer<typeof faultScopeSchema>
export type FaultScopeInput = z.input<typeof faultScopeSchema>

import {
  closeContractRequest,
  modifyOrderRequest,
  orderRequest,
  partialCloseContractRequest,
  placeOrderRequest,
} from '@rm/sdk-bridge/wire'
import { fastify, type FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  faultScopeSchema,
  faultyRouteSchema,
  hubFaultSchema,
  hubNameSchema,
  restFaultSchema,
} from './fault-vocabulary.ts'
import { type ExchangeKnobs, exchangeKnobChangesSchema } from './exchange/knobs.ts'
import { type Knobs, knobChangesSchema } from './knobs.ts'
import type { GatewaySim } from './server.ts'

const restPlan = z.strictObject({
  route: faultyRouteSchema,
  fault: restFaultSchema,
  scope: faultScopeSchema.optional(),
})
const hubPlan = z.strictObject({ hub: hubNameSchema, fault: hubFaultSchema, scope: faultScopeSchema.optional() })
const knobChanges = knobChangesSchema.extend({ exchange: exchangeKnobChangesSchema.exactOptional() })
const clockChange = z.union([
  z.strictObject({ set: z.iso.datetime({ offset: true }) }),
  z.strictObject({ advanceMs: z.number().nonnegative() }),
])
const marketMove = z.union([
  z.strictObject({ contractId: z.string(), price: z.number(), overMs: z.number().nonnegative().default(0) }),
  z.strictObject({ contractId: z.string(), ticks: z.int(), overMs: z.number().nonnegative().default(0) }),
])
const injection = z.strictObject({
  target: z.string().min(1),
  arguments: z.array(z.unknown()),
  userName: z.string().optional(),
})
const revocation = z.strictObject({ userName: z.string().optional() })
const tlsRequest = z.strictObject({ certificate: z.enum(['good', 'expired', 'foreign-host', 'self-signed']) })
const newest = z.object({ after: z.coerce.number().default(0) })
const accountId = z.coerce.number().int()

/** Thrown for a request that names something that is not there. */
class NotThere extends Error {}

/**
 * The test's side of the simulator: what happened, what goes wrong next, and the trader's own hands. Everything is below `/sim`, on a port of
 * its own, so that nothing here is part of the gateway that the daemon sees.
 */
export function controlPlane(sim: GatewaySim, shutDown: () => void): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    const isRefused = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError
    return reply.code(error instanceof NotThere ? 404 : isRefused ? 400 : 500).send({ error: message })
  })
  addReads(app, sim)
  addFaults(app, sim)
  addTrader(app, sim)
  addVenue(app, sim)
  app.post('/sim/shutdown', (_request, reply) => {
    reply.raw.once('close', shutDown)
    return reply.send({})
  })
  return app
}

function addReads(app: FastifyInstance, sim: GatewaySim): void {
  app.get('/sim/state', () => ({
    now: sim.clock.now(),
    accounts: sim.exchange.accounts().map((account) => ({
      account,
      positions: sim.exchange.positions(account.id),
      orders: sim.exchange.orders(account.id).filter(({ status }) => [1, 6, 7, 8].includes(status)),
      trades: sim.exchange.trades(account.id).length,
    })),
    connections: sim.connections(),
    faults: sim.faults.planned(),
    knobs: knobsOf(sim),
    script: sim.scriptState(),
  }))
  app.get('/sim/ledger', ({ query }) => sim.exchange.ledger().slice(newest.parse(query).after))
  app.get('/sim/requests', ({ query }) => sim.requests.after(newest.parse(query).after))
  app.get('/sim/events', ({ query }) => sim.events.after(newest.parse(query).after))
  app.get('/sim/story', ({ query }) => sim.story.after(newest.parse(query).after))
}

function addFaults(app: FastifyInstance, sim: GatewaySim): void {
  app.post('/sim/faults/rest', ({ body }) => {
    const { route, fault, scope } = restPlan.parse(json(body))
    return { id: sim.faults.rest(route, fault, scope) }
  })
  app.post('/sim/faults/hub', ({ body }) => {
    const { hub, fault, scope } = hubPlan.parse(json(body))
    return { id: sim.faults.hub(hub, fault, scope) }
  })
  app.delete('/sim/faults', () => {
    sim.faults.clear()
    return {}
  })
  app.delete<{ Params: { id: string } }>('/sim/faults/:id', ({ params }) => {
    sim.faults.clear(z.coerce.number().parse(params.id))
    return {}
  })
  app.patch('/sim/knobs', ({ body }) => {
    const { exchange, ...gateway } = knobChanges.parse(json(body))
    sim.knobs.turn(gateway)
    sim.exchange.turn(exchange ?? {})
    return knobsOf(sim)
  })
  app.post('/sim/tls', ({ body }) => sim.openTls(tlsRequest.parse(json(body)).certificate))
  app.post('/sim/tokens/revoke', ({ body }) => {
    sim.revokeTokens(revocation.parse(json(body)).userName)
    return {}
  })
  app.post<{ Params: { hub: string } }>('/sim/hubs/:hub/inject', ({ params, body }) => {
    const { target, arguments: args, userName } = injection.parse(json(body))
    return sim.inject(hubNameSchema.parse(params.hub), target, args, userName)
  })
}

/** A trader's own platform: the same verbs as over REST, without token, budget or faults. */
function addTrader(app: FastifyInstance, sim: GatewaySim): void {
  const { exchange } = sim
  app.post('/sim/trader/place', ({ body }) => exchange.place(placeOrderRequest.parse(json(body)), 'trader'))
  app.post('/sim/trader/modify', ({ body }) => exchange.modify(modifyOrderRequest.parse(json(body)), 'trader'))
  app.post('/sim/trader/cancel', ({ body }) => {
    const { accountId: id, orderId } = orderRequest.parse(json(body))
    return exchange.cancel(id, orderId, 'trader')
  })
  app.post('/sim/trader/close', ({ body }) => {
    const { accountId: id, contractId } = closeContractRequest.parse(json(body))
    return exchange.closeContract(id, contractId, 'trader')
  })
  app.post('/sim/trader/partialClose', ({ body }) => {
    const { accountId: id, contractId, size } = partialCloseContractRequest.parse(json(body))
    return exchange.partialCloseContract(id, contractId, size, 'trader')
  })
}

/** What the venue and the firm do: time, prices, switches on an account. */
function addVenue(app: FastifyInstance, sim: GatewaySim): void {
  app.get('/sim/clock', () => ({ now: sim.clock.now() }))
  app.post('/sim/clock', ({ body }) => {
    const change = clockChange.parse(json(body))
    if ('set' in change) sim.clock.set(Temporal.Instant.from(change.set).epochMilliseconds)
    else sim.clock.advance(change.advanceMs)
    return { now: sim.clock.now() }
  })
  app.post('/sim/market', ({ body }) => {
    const move = marketMove.parse(json(body))
    if ('price' in move) sim.exchange.driftPrice(move.contractId, move.price, move.overMs)
    else sim.exchange.driftMarket(move.contractId, move.ticks, move.overMs)
    return {}
  })
  app.post<{ Params: { id: string } }>('/sim/accounts/:id/canTrade', ({ params, body }) => {
    const id = knownAccount(sim, params.id)
    sim.exchange.setCanTrade(id, z.strictObject({ canTrade: z.boolean() }).parse(json(body)).canTrade)
    return {}
  })
  app.post<{ Params: { id: string } }>('/sim/accounts/:id/listed', ({ params, body }) => {
    const id = knownAccount(sim, params.id)
    sim.exchange.setListed(id, z.strictObject({ listed: z.boolean() }).parse(json(body)).listed)
    return {}
  })
  app.post<{ Params: { id: string; order: string } }>('/sim/accounts/:id/orders/:order/reject', ({ params }) => {
    const isRejected = sim.exchange.reject(knownAccount(sim, params.id), z.coerce.number().parse(params.order))
    if (!isRejected) throw new NotThere(`no working order ${params.order}`)
    return {}
  })
  app.post<{ Params: { id: string; trade: string } }>('/sim/accounts/:id/trades/:trade/void', ({ params }) => {
    const isVoided = sim.exchange.voidTrade(knownAccount(sim, params.id), z.coerce.number().parse(params.trade))
    if (!isVoided) throw new NotThere(`no trade ${params.trade}`)
    return {}
  })
  app.post('/sim/script/begin', () => {
    sim.beginScript()
    return { script: sim.scriptState() }
  })
}

function knobsOf({ knobs, exchange }: GatewaySim): Knobs & { readonly exchange: ExchangeKnobs } {
  return { ...knobs.now, exchange: exchange.knobs }
}

function knownAccount(sim: GatewaySim, text: string): number {
  const id = accountId.parse(text)
  if (!sim.exchange.accounts().some((account) => account.id === id)) throw new NotThere(`no account ${text}`)
  return id
}

function json(body: unknown): unknown {
  return typeof body === 'string' && body !== '' ? JSON.parse(body) : {}
}

import { type Command, type CommandOutcome, type Refusal, toPrice, unreachable } from '@rm/domain'
import {
  envelopeReply,
  type ErrorTable,
  errorCode,
  type ModifyOrderRequest,
  OrderSide,
  OrderType,
  type PlaceOrderRequest,
  type RestRoute,
  restRoutes,
} from '../wire.ts'
import type { Lane } from './rate-budget.ts'
import { readEnvelope } from './read-envelope.ts'
import type { RestReply } from './rest-channel.ts'
import { TransportFault } from './transport-fault.ts'

/** The request that a command is on the wire. */
export function requestOf(command: Command): { readonly route: RestRoute; readonly body: object } {
  const { accountId } = command
  switch (command.kind) {
    case 'close-position':
      return { route: restRoutes.closeContract, body: { accountId, contractId: command.contractId } }
    case 'reduce-position':
      return {
        route: restRoutes.partialCloseContract,
        body: { accountId, contractId: command.contractId, size: command.contracts },
      }
    case 'cancel-order':
      return { route: restRoutes.cancelOrder, body: { accountId, orderId: command.orderId } }
    case 'place-order':
      return { route: restRoutes.placeOrder, body: placementOf(command) }
    case 'modify-order':
      return { route: restRoutes.modifyOrder, body: modificationOf(command) }
    default:
      return unreachable(command)
  }
}

/**
 * Which share of the rate budget a command may use. A position without a stop is open risk, so a stop is placed out of the reserve like a
 * close. Moving orders and taking profits may not use up what a flatten needs (reliability S-21).
 */
export function laneOf(command: Command): Lane {
  switch (command.kind) {
    case 'close-position':
    case 'reduce-position':
      return 'enforcement'
    case 'cancel-order':
      return 'cancellation'
    case 'place-order':
      return command.protection === 'stop' ? 'enforcement' : 'management'
    case 'modify-order':
      return 'management'
    default:
      return unreachable(command)
  }
}

/** Without a link to another order: the gateway no longer documents one (gateway contract 2.7). */
function placementOf(command: Extract<Command, { kind: 'place-order' }>): PlaceOrderRequest {
  const { accountId, contractId, contracts, tag } = command
  const price = toPrice(command.price, command.tickSize)
  const order = {
    accountId,
    contractId,
    side: command.side === 'buy' ? OrderSide.buy : OrderSide.sell,
    size: contracts,
    customTag: tag,
  }
  return command.protection === 'stop'
    ? { ...order, type: OrderType.stop, stopPrice: price }
    : { ...order, type: OrderType.limit, limitPrice: price }
}

function modificationOf(command: Extract<Command, { kind: 'modify-order' }>): ModifyOrderRequest {
  const { accountId, orderId, contracts, protection } = command
  const price = toPrice(command.price, command.tickSize)
  const terms = protection === 'stop' ? { stopPrice: price } : { limitPrice: price }
  return { accountId, orderId, size: contracts, ...terms }
}

/** Statuses with which a server says that it did not touch the request. All others but 200 leave it open (reliability S-10). */
const UNTOUCHED: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415])

/** What the reply to a mutation means (gateway contract 2.3). A 401 is the caller's business: it sends again after a login. */
export function outcomeOf(table: ErrorTable, reply: RestReply): CommandOutcome {
  if (UNTOUCHED.has(reply.status)) {
    return { kind: 'refused', refusal: 'other', code: reply.status, message: `status ${reply.status}` }
  }
  if (reply.status !== 200) return { kind: 'unknown', cause: `answered with status ${reply.status}` }
  try {
    const { body } = readEnvelope(reply, envelopeReply)
    return envelopeOutcome(table, body.success, body.errorCode, body.errorMessage ?? null)
  } catch (error) {
    if (error instanceof TransportFault) return { kind: 'unknown', cause: error.message }
    throw error
  }
}

function envelopeOutcome(table: ErrorTable, success: boolean, code: number, message: string | null): CommandOutcome {
  const meaning = errorCode(table, code)
  switch (meaning.class) {
    case 'done':
      return success ? { kind: 'accepted' } : { kind: 'unknown', cause: 'refused without a code' }
    case 'ambiguous':
      return { kind: 'unknown', cause: message === null ? meaning.name : `${meaning.name}: ${message}` }
    case 'probably-met':
      return { kind: 'refused', refusal: 'not-found', code, message }
    case 'refused':
      return { kind: 'refused', refusal: refusalOf(meaning.name, table, message), code, message }
    default:
      return unreachable(meaning.class)
  }
}

/** Texts of a closed market that were recorded or are documented; it arrives as a plain rejection, not with a code of its own. */
const MARKET_CLOSED =
  /not in an active trading status|trading is currently unavailable|outside (of )?trading hours|market is closed/i

function refusalOf(name: string, table: ErrorTable, message: string | null): Refusal {
  switch (name) {
    case 'AccountRejected':
      return 'account-rejected'
    // On modify; a cancel of an order that is gone has probably met its goal.
    case 'OrderNotFound':
      return 'not-found'
    case 'InvalidCloseSize':
      return 'invalid-size'
    case 'OutsideTradingHours':
      return 'market-closed'
    case 'OrderRejected':
      // A partial close that is rejected without a word was recorded for a closed market and for a contract without a price.
      if (table === 'partialClose' && message === null) return 'market-closed'
      return message !== null && MARKET_CLOSED.test(message) ? 'market-closed' : 'other'
    default:
      return message !== null && MARKET_CLOSED.test(message) ? 'market-closed' : 'other'
  }
}

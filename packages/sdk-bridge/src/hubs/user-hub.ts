import type { AccountId, ContractId, DomainEvent } from '@rm/domain'
import type { z } from 'zod'
import type { SampledLog } from '../bridge-log.ts'
import type { GatewayClock } from '../gateway-clock.ts'
import { accountOf, hasNegativeSize, orderOf, PayloadFault, positionOf, tradeOf } from '../to-domain.ts'
import {
  accountSchema,
  decodeHubArgument,
  logoutCallback,
  orderSchema,
  positionSchema,
  userHubCallbacks,
  userHubMethods,
} from '../wire.ts'
import type { Quarantine } from '../quarantine.ts'
import type { HubSocket } from './hub-socket.ts'
import type { Hub } from './hub-supervisor.ts'
import { subscribeTwice } from './subscribe-twice.ts'
import { stampedTradeSchema } from './stamped-trade.ts'

export interface UserHubOptions {
  readonly accountIds: ReadonlySet<AccountId>
  readonly connect: () => HubSocket
  readonly sink: (event: DomainEvent) => void
  readonly onLogout: (text: string) => void
  /** A position is open in it, so somebody will want its record. */
  readonly onContractHeld: (contractId: ContractId) => void
  readonly clock: GatewayClock
  readonly monotonic: () => number
  readonly log: SampledLog
  readonly quarantine: Quarantine
}

/** What arrived and could not be used. */
export interface UserHubCounts {
  readonly payloadFaults: number
  readonly foreignAccounts: number
}

/** Accounts, orders, positions and trades of the monitored accounts, decoded and handed on within the callback. */
export class UserHub implements Hub {
  readonly stream = 'user'
  readonly #options: UserHubOptions
  #payloadFaults = 0
  #foreignAccounts = 0

  constructor(options: UserHubOptions) {
    this.#options = options
  }

  get counts(): UserHubCounts {
    return { payloadFaults: this.#payloadFaults, foreignAccounts: this.#foreignAccounts }
  }

  create(): HubSocket {
    const { connect, clock, sink, onLogout, onContractHeld, log } = this.#options
    const socket = connect()
    this.#listen(socket, userHubCallbacks.accounts, accountSchema, (message, receivedMs) => {
      const account = accountOf(message)
      if (!this.#isMonitored(account.id)) return
      sink({ kind: 'account-changed', accountId: account.id, account, receivedMs })
    })
    this.#listen(socket, userHubCallbacks.orders, orderSchema, (message, receivedMs) => {
      const order = orderOf(message)
      clock.sampleStamp(order.updatedAt)
      if (!this.#isMonitored(order.accountId)) return
      sink({ kind: 'order-changed', accountId: order.accountId, order, receivedMs })
    })
    this.#listen(socket, userHubCallbacks.positions, positionSchema, (message, receivedMs) => {
      const position = positionOf(message)
      clock.sampleStamp(position.openedAt)
      if (!this.#isMonitored(position.accountId)) return
      if (hasNegativeSize(message)) {
        log.write('error', 'position_negative_size: the magnitude is used, with the direction of the type', {
          contractId: position.contractId,
          size: message.size,
          type: message.type,
        })
      }
      if (position.signedSize !== 0) onContractHeld(position.contractId)
      sink({ kind: 'position-changed', accountId: position.accountId, position, receivedMs })
    })
    this.#listen(socket, userHubCallbacks.trades, stampedTradeSchema, ({ message, stampText }, receivedMs) => {
      const trade = tradeOf(message, stampText)
      clock.sampleStamp(trade.at)
      if (!this.#isMonitored(trade.accountId)) return
      sink({ kind: 'trade-reported', accountId: trade.accountId, trade, receivedMs })
    })
    socket.on(logoutCallback, (text) => onLogout(typeof text === 'string' ? text : ''))
    return socket
  }

  async subscribe(socket: HubSocket): Promise<void> {
    const { accounts, orders, positions, trades } = userHubMethods
    const invocations = [subscribeTwice(socket, accounts.subscribe)]
    for (const accountId of this.#options.accountIds) {
      for (const topic of [orders, positions, trades])
        invocations.push(subscribeTwice(socket, topic.subscribe, accountId))
    }
    await Promise.all(invocations)
  }

  /** Subscribing to the accounts again changes nothing; what it may send again is harmless. */
  heartbeat(socket: HubSocket): Promise<void> {
    return socket.invoke(userHubMethods.accounts.subscribe)
  }

  #listen<Message>(
    socket: HubSocket,
    callback: string,
    schema: z.ZodType<Message>,
    handle: (message: Message, receivedMs: number) => void,
  ): void {
    socket.on(callback, (argument) => {
      const receivedMs = this.#options.monotonic()
      for (const decoded of decodeHubArgument(schema, argument)) {
        if (!decoded.ok) {
          this.#fault(callback, decoded.reason, decoded.raw, receivedMs)
          continue
        }
        try {
          handle(decoded.value, receivedMs)
        } catch (error) {
          if (!(error instanceof PayloadFault)) throw error
          this.#fault(callback, error.message, argument, receivedMs)
        }
      }
    })
  }

  #isMonitored(accountId: AccountId): boolean {
    if (this.#options.accountIds.has(accountId)) return true
    this.#foreignAccounts += 1
    this.#options.log.write('debug', 'an event of an account that is not monitored', { accountId })
    return false
  }

  /** Tells the account that it may concern; all when that cannot be seen. */
  #fault(callback: string, reason: string, raw: unknown, receivedMs: number): void {
    const { accountIds, sink, log, quarantine } = this.#options
    this.#payloadFaults += 1
    log.write('error', `payload_fault: ${callback} does not fit the contract`, { reason })
    quarantine.take(callback, raw, reason)
    const named = accountIdIn(raw, callback === userHubCallbacks.accounts ? 'id' : 'accountId')
    for (const accountId of accountIds) {
      if (named !== null && named !== accountId) continue
      sink({ kind: 'payload-faulted', accountId, reason: `${callback}: ${reason}`, receivedMs })
    }
  }
}

/** The account that a faulty payload names, wrapped or bare, in either spelling. `null` when it names none. */
function accountIdIn(raw: unknown, key: 'id' | 'accountId'): number | null {
  if (typeof raw !== 'object' || raw === null) return null
  const fields = new Map<string, unknown>(Object.entries(raw).map(([name, value]) => [name.toLowerCase(), value]))
  const inner = fields.get('data')
  if (typeof inner === 'object' && inner !== null) return accountIdIn(inner, key)
  const id = Number(fields.get(key.toLowerCase()))
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

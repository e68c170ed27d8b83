import { type AccountId, type ContractId, type DomainEvent, type Instant, unreachable } from '@rm/domain'
import type { SampledLog } from '../bridge-log.ts'
import type { GatewayClock } from '../gateway-clock.ts'
import { logoutCallback, userHubCallbacks, userHubMethods, type UserTopic } from '../wire.ts'
import type { Quarantine } from '../quarantine.ts'
import type { HubSocket } from './hub-socket.ts'
import type { Hub } from './hub-supervisor.ts'
import { subscribeTwice } from './subscribe-twice.ts'
import { type DecodedUserEvent, decodeUserEvents } from './user-events.ts'

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

const TOPICS = ['accounts', 'orders', 'positions', 'trades'] as const satisfies readonly UserTopic[]

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
    const { connect, onLogout } = this.#options
    const socket = connect()
    for (const topic of TOPICS) {
      socket.on(userHubCallbacks[topic], (argument) => this.#take(topic, argument))
    }
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

  #take(topic: UserTopic, argument: unknown): void {
    const receivedMs = this.#options.monotonic()
    for (const decoded of decodeUserEvents(topic, argument, receivedMs)) {
      if (decoded.ok) this.#handOn(decoded)
      else this.#fault(userHubCallbacks[topic], decoded.reason, decoded.raw, receivedMs)
    }
  }

  #handOn({ event, negativeSize }: Extract<DecodedUserEvent, { readonly ok: true }>): void {
    const { clock, sink, onContractHeld, log } = this.#options
    const stamp = stampOf(event)
    if (stamp !== null) clock.sampleStamp(stamp)
    if (!this.#isMonitored(event.accountId)) return
    if (event.kind === 'position-changed') {
      const { contractId, signedSize } = event.position
      if (negativeSize) {
        log.write('error', 'position_negative_size: the magnitude is used, with the direction of the type', {
          contractId,
          signedSize,
        })
      }
      if (signedSize !== 0) onContractHeld(contractId)
    }
    sink(event)
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

/** When the gateway says that it happened; an account carries no stamp. */
function stampOf(event: Extract<DecodedUserEvent, { readonly ok: true }>['event']): Instant | null {
  switch (event.kind) {
    case 'account-changed':
      return null
    case 'order-changed':
      return event.order.updatedAt
    case 'position-changed':
      return event.position.openedAt
    case 'trade-reported':
      return event.trade.at
    default:
      return unreachable(event)
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

import { type AccountId, type ContractSpec, unreachable } from '@rm/domain'
import type { Exchange } from '@rm/gateway-sim'
import { isTerminalStatus, OrderSide, OrderType, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import type { Act } from './plan.ts'

type TraderAct = Exclude<Act, { kind: 'reload' }>

/** The hands of the traders, and of the market and the firm where a plan moves them. What the exchange refuses is refused. */
export class Trader {
  readonly #exchange: Exchange
  readonly #accounts: readonly AccountId[]
  readonly #contracts: readonly ContractSpec[]

  constructor(exchange: Exchange, accounts: readonly AccountId[], contracts: readonly ContractSpec[]) {
    this.#exchange = exchange
    this.#accounts = accounts
    this.#contracts = contracts
  }

  act(act: TraderAct): void {
    const exchange = this.#exchange
    switch (act.kind) {
      case 'move':
        exchange.moveMarket(this.#contract(act.on).id, act.ticks)
        return
      case 'drift':
        exchange.driftMarket(this.#contract(act.on).id, act.ticks, act.overMs)
        return
      case 'can-trade':
        exchange.setCanTrade(this.#account(act.who), act.isAllowed)
        return
      case 'void':
        this.#void(this.#account(act.who))
        return
      case 'cancel':
        this.#cancel(this.#account(act.who))
        return
      case 'trade':
      case 'limit':
      case 'stop':
      case 'bracket':
      case 'reverse':
      case 'exit':
      case 'protect':
        this.#order(act)
        return
      default:
        unreachable(act)
    }
  }

  #order(act: Extract<TraderAct, { on: number; who: number }>): void {
    const accountId = this.#account(act.who)
    const { id: contractId } = this.#contract(act.on)
    const held = this.#sizeOf(accountId, contractId)
    const away = 'awayTicks' in act ? act.awayTicks : 0
    switch (act.kind) {
      case 'trade':
        this.#place({ accountId, contractId, type: OrderType.market, side: sideOf(act.side), size: act.contracts })
        return
      case 'limit': {
        const limitPrice = this.#price(contractId, act.side === 'buy' ? -away : away)
        this.#place({
          accountId,
          contractId,
          type: OrderType.limit,
          side: sideOf(act.side),
          size: act.contracts,
          limitPrice,
        })
        return
      }
      case 'stop': {
        const stopPrice = this.#price(contractId, act.side === 'buy' ? away : -away)
        this.#place({
          accountId,
          contractId,
          type: OrderType.stop,
          side: sideOf(act.side),
          size: act.contracts,
          stopPrice,
        })
        return
      }
      case 'bracket': {
        const sign = act.side === 'buy' ? 1 : -1
        this.#place({
          accountId,
          contractId,
          type: OrderType.market,
          side: sideOf(act.side),
          size: act.contracts,
          stopLossBracket: { ticks: -away * sign, type: OrderType.stop },
          takeProfitBracket: { ticks: away * sign, type: OrderType.limit },
        })
        return
      }
      case 'reverse':
      case 'exit': {
        if (held === 0) return
        const size = act.kind === 'exit' ? Math.abs(held) : 2 * Math.abs(held)
        this.#place({ accountId, contractId, type: OrderType.market, side: against(held), size })
        return
      }
      case 'protect': {
        if (held === 0) return
        const stopPrice = this.#price(contractId, held > 0 ? -away : away)
        this.#place({
          accountId,
          contractId,
          type: OrderType.stop,
          side: against(held),
          size: Math.abs(held),
          stopPrice,
        })
        return
      }
    }
  }

  #place(request: PlaceOrderRequest): void {
    this.#exchange.place(request, 'trader')
  }

  #void(accountId: AccountId): void {
    const last = this.#exchange
      .trades(accountId)
      .filter(({ voided, profitAndLoss }) => !voided && typeof profitAndLoss === 'number')
      .at(-1)
    if (last !== undefined) this.#exchange.voidTrade(accountId, last.id)
  }

  #cancel(accountId: AccountId): void {
    const order = this.#exchange.orders(accountId).find(({ status }) => !isTerminalStatus(status))
    if (order !== undefined) this.#exchange.cancel(accountId, order.id, 'trader')
  }

  #sizeOf(accountId: AccountId, contractId: string): number {
    const position = this.#exchange.positions(accountId).find((one) => one.contractId === contractId)
    return position === undefined ? 0 : position.size * (position.type === 1 ? 1 : -1)
  }

  #price(contractId: string, ticks: number): number {
    const { bid, tickSize } = this.#exchange.bestPrices(contractId)
    return bid + ticks * tickSize
  }

  #account(who: number): AccountId {
    const id = this.#accounts[who % this.#accounts.length]
    if (id === undefined) throw new RangeError('a plan has an account')
    return id
  }

  #contract(on: number): ContractSpec {
    const contract = this.#contracts[on % this.#contracts.length]
    if (contract === undefined) throw new RangeError('a plan trades a contract')
    return contract
  }
}

function sideOf(side: 'buy' | 'sell'): 0 | 1 {
  return side === 'buy' ? OrderSide.buy : OrderSide.sell
}

function against(held: number): 0 | 1 {
  return held > 0 ? OrderSide.sell : OrderSide.buy
}

import type { GatewaySim } from '@rm/gateway-sim'
import { OrderSide, OrderType, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import { awaitCondition } from './await-condition.ts'

/** The front months on the simulated day. */
export const CONTRACTS = {
  MNQ: 'CON.F.US.MNQ.Z26',
  MES: 'CON.F.US.MES.Z26',
  ES: 'CON.F.US.EP.Z26',
} as const

/** Ten further products, all small, of which an account can hold one each. */
export const MICROS = ['M2K', 'MYM', 'MCL', 'MNG', 'MGC', 'SIL', 'MHG', 'M6E', 'M6B', 'M6A'] as const
export type Root = keyof typeof CONTRACTS

/** The hands of a trader on a platform of his own, and what the venue knows of his account. */
export class PracticeTrader {
  readonly accountId: number
  readonly #gateway: GatewaySim

  constructor(gateway: GatewaySim, accountId: number) {
    this.#gateway = gateway
    this.accountId = accountId
  }

  buy(root: Root, size: number): number {
    return this.place(root, OrderSide.buy, size)
  }

  sell(root: Root, size: number): number {
    return this.place(root, OrderSide.sell, size)
  }

  /** A market order unless the terms say otherwise. Returns the order's id. */
  place(root: Root, side: OrderSide, size: number, terms: Partial<PlaceOrderRequest> = {}): number {
    const request = {
      accountId: this.accountId,
      contractId: CONTRACTS[root],
      type: OrderType.market,
      side,
      size,
      ...terms,
    }
    const { success, orderId, errorCode, errorMessage } = this.#gateway.exchange.place(request, 'trader')
    if (!success || orderId === null) throw new Error(`order refused: ${errorCode} ${errorMessage}`)
    return orderId
  }

  close(root: Root): void {
    const answer = this.#gateway.exchange.closeContract(this.accountId, CONTRACTS[root], 'trader')
    if (!answer.success) throw new Error(`close refused: ${answer.errorCode}`)
  }

  cancel(orderId: number): void {
    const answer = this.#gateway.exchange.cancel(this.accountId, orderId, 'trader')
    if (!answer.success) throw new Error(`cancel refused: ${answer.errorCode}`)
  }

  /** Buys, lets the market fall by so many ticks and sells. An ES tick of one contract is 12.50 dollars. */
  async loseOnEs(ticks: number): Promise<void> {
    const before = this.position('ES')
    this.buy('ES', 1)
    await awaitCondition('the entry is filled', () => this.position('ES') === before + 1)
    this.#gateway.exchange.moveMarket(CONTRACTS.ES, -ticks)
    this.sell('ES', 1)
    await awaitCondition('the exit is filled', () => this.position('ES') === before)
  }

  /** Buys or sells at the market and waits for the fill, however soon somebody closes it again. */
  async enters(root: Root, side: OrderSide, size: number): Promise<void> {
    const orderId = this.place(root, side, size)
    await awaitCondition('the order is filled', () =>
      this.#gateway.exchange.ledger().some((entry) => entry.kind === 'fill' && entry.orderId === orderId),
    )
  }

  /** Signed contracts. */
  position(root: Root): number {
    const held = this.#gateway.exchange.positions(this.accountId).find((one) => one.contractId === CONTRACTS[root])
    if (held === undefined) return 0
    return held.type === 2 ? -held.size : held.size
  }

  get isFlat(): boolean {
    return this.#gateway.exchange.positions(this.accountId).length === 0
  }

  /** Ids of the orders that still work. */
  workingOrders(): readonly number[] {
    return this.#gateway.exchange
      .orders(this.accountId)
      .filter(({ status }) => [1, 6, 7, 8].includes(status))
      .map(({ id }) => id)
  }
}

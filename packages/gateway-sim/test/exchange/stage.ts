import type { HubName, OrderSide, PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import { steppedClock } from '../../src/clock.ts'
import { Exchange, type ExchangeOptions } from '../../src/exchange/exchange.ts'
import { immediateKnobs } from '../../src/exchange/knobs.ts'
import type { ExchangeEvent, PlaceResult, SimClock } from '../../src/seam.ts'
import { FaultPlan } from '../../src/fault-plan.ts'
import { KnobBoard } from '../../src/knobs.ts'
import { unreachable } from '../../src/unreachable.ts'

export const trader = 7001001
export const mnq = 'CON.F.US.MNQ.Z26'
export const mes = 'CON.F.US.MES.Z26'
/** 09:30 in Chicago on a Wednesday. */
export const wednesdayMorning = '2026-11-18T15:30:00Z'

/** An exchange whose market stands still and whose orders fill at once, with everything it published. */
export interface Stage {
  readonly exchange: Exchange
  readonly clock: SimClock
  readonly faults: FaultPlan
  readonly knobs: KnobBoard
  /** Callbacks of the scenario's own making: `user GatewayLogout`. */
  readonly injected: string[]
  inject(hub: HubName, target: string): void
  /** What the faults did to the hubs: `user down`. */
  readonly acted: string[]
  readonly events: ExchangeEvent[]
  readonly place: (order: Partial<PlaceOrderRequest>) => PlaceResult
  readonly market: (side: 'buy' | 'sell', size: number, more?: Partial<PlaceOrderRequest>) => PlaceResult
  /** Signed contracts of MNQ. */
  readonly position: () => number
  readonly balance: () => number
}

export function stage(options: Partial<ExchangeOptions> & { readonly startsAt?: string } = {}): Stage {
  const clock = steppedClock(Date.parse(options.startsAt ?? wednesdayMorning))
  const exchange = new Exchange({
    seed: 7,
    clock,
    accounts: [{ id: trader, name: 'PRAC-V2-100200-7001001', balance: 50_000 }],
    regimes: ['still'],
    ...options,
    knobs: { ...immediateKnobs, ...options.knobs },
  })
  const acted: string[] = []
  const injected: string[] = []
  const faults = new FaultPlan(7, {
    act: (hub, { verb }) => {
      acted.push(`${hub} ${verb}`)
      return undefined
    },
    reachBack: () => undefined,
  })
  const events: ExchangeEvent[] = []
  exchange.subscribe((event) => events.push(event))
  const place = (order: Partial<PlaceOrderRequest>): PlaceResult =>
    exchange.place({ accountId: trader, contractId: mnq, type: 2, side: 0, size: 1, ...order }, 'trader')
  return {
    exchange,
    clock,
    faults,
    knobs: new KnobBoard({}),
    injected,
    inject: (hub, target) => void injected.push(`${hub} ${target}`),
    acted,
    events,
    place,
    market: (side, size, more = {}) => place({ side: sideOf(side), size, ...more }),
    position: () => {
      const open = exchange.positions(trader).find(({ contractId }) => contractId === mnq)
      return open === undefined ? 0 : open.size * (open.type === 1 ? 1 : -1)
    },
    balance: () => exchange.accounts().find(({ id }) => id === trader)?.balance ?? Number.NaN,
  }
}

function sideOf(side: 'buy' | 'sell'): OrderSide {
  return side === 'buy' ? 0 : 1
}

/**
 * The user hub's story in short words: `order 6`, `trade`, `trade P&L`, `position 2`, `account`. Repeated account events count as one: how
 * many there are is a matter of chance.
 */
export function storyOf(events: readonly ExchangeEvent[]): string[] {
  const words = events.flatMap((event) => {
    switch (event.kind) {
      case 'order':
        return [`order ${event.data.status}${event.data.parentOrderId === undefined ? '' : legOf(event.data.type)}`]
      case 'trade':
        return [event.data.profitAndLoss === null ? 'trade' : 'trade P&L']
      case 'position':
        return [`position ${event.data.size}`]
      case 'account':
        return ['account']
      case 'quote':
        return []
      default:
        return unreachable(event)
    }
  })
  return words.filter((word, index) => word !== 'account' || words[index - 1] !== 'account')
}

function legOf(type: number): string {
  return type === 1 ? ' TP' : ' SL'
}

import {
  type Account,
  type AccountView,
  type ConnectionFacts,
  type ContractId,
  type ContractSpec,
  filledOrder,
  type Instant,
  instantOf,
  type Lockout,
  type Order,
  type PositionView,
  sumUsd,
  type Timers,
  type Trade,
  type TradeOrigin,
  TradingCalendar,
  netPnl,
  NO_USD,
  parseUsd,
  UNMANAGED,
  type Usd,
} from '@rm/domain'
import { anAccount, CONNECTED, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import type { RuleContext } from '../src/rule.ts'

/** Monday, 09:30 in Chicago. */
export const NOW: Instant = instantOf('2026-03-09T14:30:00Z')

export const CALENDAR: TradingCalendar = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})

const TIMERS: Timers = {
  dailyRealizedLoss: { kind: 'until-reset' },
  dailyRealizedProfit: { kind: 'until-reset' },
  cooldownAfterLoss: { kind: 'for', ms: 900_000 },
  tradeFrequency: {
    perMinute: { kind: 'for', ms: 60_000 },
    perHour: { kind: 'for', ms: 1_800_000 },
    perSession: { kind: 'for', ms: 3_600_000 },
  },
  sessionHours: null,
}

export function money(text: string): Usd {
  const amount = parseUsd(text)
  if (amount === null) throw new Error(`not an amount: ${text}`)
  return amount
}

/** A valued and protected position that has been open since {@link NOW}. */
export function held(contract: ContractSpec, signedSize: number, changes: Partial<PositionView> = {}): PositionView {
  return {
    contractId: contract.id,
    contract,
    signedSize,
    projectedSize: signedSize,
    averagePrice: 21_000,
    openedAt: NOW,
    enlargedAt: NOW,
    value: { kind: 'known', current: NO_USD, worst: NO_USD, best: NO_USD },
    unvalued: null,
    protection: { uncoveredMs: 0, covered: true, measuredAt: NOW },
    exit: null,
    exitAheadSinceMs: null,
    grownAhead: 0,
    management: UNMANAGED,
    ...changes,
  }
}

export interface ViewInputs {
  readonly positions?: readonly PositionView[]
  readonly orders?: readonly Order[]
  /** By the trader unless an origin is named. */
  readonly trades?: readonly (Trade & { readonly origin?: TradeOrigin })[]
  /** All of the trades unless named. */
  readonly newTrades?: AccountView['newTrades']
  readonly enlarged?: ContractId
  readonly ordersBeingCancelled?: AccountView['ordersBeingCancelled']
  readonly now?: Instant
  readonly account?: Account | null
  readonly connection?: Partial<ConnectionFacts>
}

/** A view of an account with these things in it, its sums computed from them as the risk rules define them. */
export function aView(inputs: ViewInputs = {}): AccountView {
  const { positions = [], orders = [], trades = [], now = NOW } = inputs
  const values = positions.map((position) => position.value)
  const dayTrades = trades.map(({ origin = 'trader', ...trade }) => ({ trade, origin }))
  return {
    accountId: TEST_ACCOUNT,
    account: inputs.account === undefined ? anAccount() : inputs.account,
    connection: { ...CONNECTED, ...inputs.connection },
    day: CALENDAR.dayOf(now),
    positions,
    orders,
    realized: {
      net: sumUsd(trades.map(netPnl)),
      gross: sumUsd(trades.map((trade) => trade.realizedPnl ?? NO_USD)),
    },
    unrealized: {
      known: values.every((value) => value.kind === 'known'),
      current: sumUsd(values.map((value) => (value.kind === 'known' ? value.current : NO_USD))),
      pessimistic: sumUsd(
        values.map((value) =>
          value.kind === 'known'
            ? value.worst
            : value.lastKnown !== null && value.lastKnown < 0
              ? value.lastKnown
              : NO_USD,
        ),
      ),
    },
    trades: dayTrades,
    filledOrders: [...Map.groupBy(dayTrades, ({ trade }) => trade.orderId)].map(([orderId, fills]) =>
      filledOrder(orderId, fills),
    ),
    newTrades: inputs.newTrades ?? new Set(trades.map((trade) => trade.id)),
    enlarged: inputs.enlarged ?? null,
    ordersBeingCancelled: inputs.ordersBeingCancelled ?? new Set(),
  }
}

export interface ContextInputs {
  readonly now?: Instant
  readonly calendar?: TradingCalendar
  readonly timers?: Partial<Timers>
  readonly pnlBasis?: 'net' | 'gross'
  readonly lockouts?: readonly Lockout[]
}

export function aContext(inputs: ContextInputs = {}): RuleContext {
  return {
    now: inputs.now ?? NOW,
    calendar: inputs.calendar ?? CALENDAR,
    timers: { ...TIMERS, ...inputs.timers },
    pnlBasis: inputs.pnlBasis ?? 'net',
    contract: contractOf,
    lockouts: inputs.lockouts ?? [],
  }
}

export function contractOf(contractId: ContractId): ContractSpec | null {
  return Object.values(contracts).find((contract) => contract.id === contractId) ?? null
}

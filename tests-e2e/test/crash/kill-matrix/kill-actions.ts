import { writeFileSync } from 'node:fs'
import type { FaultyRoute } from '@rm/gateway-sim'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { expect } from 'vitest'
import type { CommandKind } from '../../../faulty-daemon/fault.ts'
import { awaitCondition } from '../../harness/await-condition.ts'
import type { RuleSections } from '../../harness/config-folder.ts'
import type { DaemonProcess } from '../../harness/daemon-process.ts'
import { enforcementOf } from '../../harness/daemon-story.ts'
import { fillsOf } from '../../harness/ledger-checks.ts'
import { CONTRACTS } from '../../harness/practice-trader.ts'
import { FIRST_ACCOUNT, type Stage } from '../../harness/stage.ts'

/** Something that the daemon does to an account, and what the venue's ledger shows when it was done once. */
export interface KillAction {
  /** The request on whose way the process dies. */
  readonly command: CommandKind
  /** Routes whose answer is spoilt, with the code by which each refuses. */
  readonly routes: readonly { readonly route: FaultyRoute; readonly refusal: number }[]
  readonly rules: RuleSections
  /** Whether more than one request leaves in the turn. */
  readonly hasSecondRequest: boolean
  /** A goal stands behind it: the rule that demands it. `null`: RULE-012 compares anew in every turn. */
  readonly goalOf: 'RULE-001' | 'RULE-003' | null
  readonly isLocked: boolean
  /** Until the account is as it must be before the trader acts. */
  prepare(stage: Stage, daemon: DaemonProcess): Promise<void>
  /** What the trader does. */
  act(stage: Stage): Promise<void>
  /** The venue is as it has to become. */
  isDone(stage: Stage): boolean
  /** Fills of the daemon in MNQ as positions before and after. */
  readonly fills: readonly (readonly [before: number, after: number])[]
}

const LOSS = { daily_realized_loss: { enabled: true, limit: -500 } }
const BRACKET = {
  trade_management: {
    enabled: true,
    auto_stop_loss: { enabled: true, distance_ticks: 40 },
    auto_take_profit: { enabled: true, distance_ticks: 80 },
  },
}
const CLOSE = { route: 'closeContract', refusal: 5 } as const
const CANCEL = { route: 'cancelOrder', refusal: 3 } as const
/** In ticks below the market: it rests. */
const FAR_AWAY = 400

export const KILL_ACTIONS = {
  'close a position': {
    command: 'close-position',
    routes: [CLOSE],
    rules: { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } },
    hasSecondRequest: false,
    goalOf: 'RULE-001',
    isLocked: false,
    prepare: () => Promise.resolve(),
    act: async (stage) => stage.trader().enters('MNQ', OrderSide.buy, 2),
    isDone: (stage) => stage.trader().isFlat,
    fills: [[2, 0]],
  },
  'reduce a position': {
    command: 'reduce-position',
    routes: [{ route: 'partialCloseContract', refusal: 6 }],
    rules: { max_contracts: { enabled: true, limit: 2 } },
    hasSecondRequest: false,
    goalOf: 'RULE-001',
    isLocked: false,
    prepare: () => Promise.resolve(),
    act: async (stage) => stage.trader().enters('MNQ', OrderSide.buy, 3),
    isDone: (stage) => stage.trader().position('MNQ') === 2,
    fills: [[3, 2]],
  },
  'cancel an order': {
    command: 'cancel-order',
    routes: [CANCEL],
    rules: LOSS,
    hasSecondRequest: false,
    goalOf: 'RULE-003',
    isLocked: true,
    prepare: async (stage, daemon) => {
      await entersEs(stage)
      fall(stage, 48)
      await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    },
    act: async (stage) => restingOrder(stage),
    isDone: (stage) => stage.trader().workingOrders().length === 0,
    fills: [],
  },
  'place stop and target': {
    command: 'place-order',
    routes: [{ route: 'placeOrder', refusal: 2 }],
    rules: BRACKET,
    hasSecondRequest: true,
    goalOf: null,
    isLocked: false,
    prepare: () => Promise.resolve(),
    act: async (stage) => stage.trader().enters('MNQ', OrderSide.buy, 1),
    isDone: (stage) => isProtected(stage, 1),
    fills: [],
  },
  'modify stop and target': {
    command: 'modify-order',
    routes: [{ route: 'modifyOrder', refusal: 3 }],
    rules: BRACKET,
    hasSecondRequest: true,
    goalOf: null,
    isLocked: false,
    prepare: async (stage) => {
      await stage.trader().enters('MNQ', OrderSide.buy, 1)
      await stage.awaitVenue('stop and target stand', () => isProtected(stage, 1))
    },
    act: async (stage) => stage.trader().enters('MNQ', OrderSide.buy, 1),
    isDone: (stage) => isProtected(stage, 2),
    fills: [],
  },
  'flatten and lock': {
    command: 'close-position',
    routes: [CLOSE, CANCEL],
    rules: LOSS,
    hasSecondRequest: true,
    goalOf: 'RULE-003',
    isLocked: true,
    prepare: async (stage) => {
      await stage.trader().loseOnEs(24)
      await stage.trader().enters('MNQ', OrderSide.buy, 2)
      restingOrder(stage)
      await entersEs(stage)
    },
    // Less than the limit by itself: a close that fills after the reset must not lock the new day.
    act: async (stage) => fall(stage, 20),
    isDone: (stage) => stage.trader().isFlat && stage.trader().workingOrders().length === 0,
    fills: [[2, 0]],
  },
} as const satisfies Readonly<Record<string, KillAction>>

export type KillActionName = keyof typeof KILL_ACTIONS

/** From now on the crash point counts. */
export function arm(file: string): void {
  writeFileSync(file, '')
}

/** The daemon's fills in MNQ are those of one enforcement: no second close, no flip. */
export function expectOneEnforcement(stage: Stage, { fills }: KillAction): void {
  const mine = fillsOf(stage.gateway.exchange.ledger(), 'daemon').filter(
    ({ contractId }) => contractId === CONTRACTS.MNQ,
  )
  expect(mine.map(({ positionBefore, positionAfter }) => [positionBefore, positionAfter])).toEqual(fills)
}

async function entersEs(stage: Stage): Promise<void> {
  stage.trader().buy('ES', 1)
  await awaitCondition('the entry is filled', () => stage.trader().position('ES') === 1)
}

/** So many ticks of 12.50 dollars of open loss. The trader does not sell: his order beside our close would turn the position over at the venue. */
function fall(stage: Stage, ticks: number): void {
  stage.gateway.exchange.moveMarket(CONTRACTS.ES, -ticks)
}

function restingOrder(stage: Stage): void {
  const { bid, tickSize } = stage.gateway.exchange.bestPrices(CONTRACTS.MNQ)
  const limitPrice = bid - FAR_AWAY * tickSize
  stage.trader().place('MNQ', OrderSide.buy, 1, { type: OrderType.limit, limitPrice })
}

/** One stop and one target work, each for the whole position. */
function isProtected(stage: Stage, contracts: number): boolean {
  const trader = stage.trader()
  const working = new Set(trader.workingOrders())
  const orders = stage.gateway.exchange.orders(trader.accountId).filter(({ id }) => working.has(id))
  const kinds = orders.filter(({ size }) => size === contracts).map(({ type }) => type)
  return (
    trader.position('MNQ') === contracts &&
    orders.length === 2 &&
    kinds.includes(OrderType.stop) &&
    kinds.includes(OrderType.limit)
  )
}

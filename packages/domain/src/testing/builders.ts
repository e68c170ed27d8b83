import type { Account } from '../account.ts'
import type { ConnectionFacts } from '../account-view.ts'
import { type ContractSpec, productOf, rootOf } from '../contract.ts'
import { AccountId, ContractId, OrderId, TradeId } from '../ids.ts'
import { type Instant, instantOf } from '../instant.ts'
import { invariant } from '../invariant.ts'
import type { Order } from '../order.ts'
import type { Position } from '../position.ts'
import type { Trade } from '../trade.ts'
import { parseUsd, type Usd, usd } from '../usd.ts'

export const TEST_ACCOUNT: AccountId = AccountId.parse(7_001_001)
const START: Instant = instantOf('2026-03-09T14:30:00Z')

/** Everything reaches us. */
export const CONNECTED: ConnectionFacts = {
  userStreamDownSince: null,
  marketStreamDownSince: null,
  authenticationLostSince: null,
  unlistedSince: null,
}

/** Contract records of gateway contract 8, by exchange root and month: `contracts.MNQ`, `contracts.MNQH27` for a second expiry. */
export const contracts = {
  ES: contract('CON.F.US.EP.Z26', 'ESZ6', 0.25, '12.50'),
  ESH27: contract('CON.F.US.EP.H27', 'ESH7', 0.25, '12.50'),
  MES: contract('CON.F.US.MES.Z26', 'MESZ6', 0.25, '1.25'),
  NQ: contract('CON.F.US.ENQ.Z26', 'NQZ6', 0.25, '5.00'),
  MNQ: contract('CON.F.US.MNQ.Z26', 'MNQZ6', 0.25, '0.50'),
  MNQH27: contract('CON.F.US.MNQ.H27', 'MNQH7', 0.25, '0.50'),
  RTY: contract('CON.F.US.RTY.Z26', 'RTYZ6', 0.1, '5.00'),
  CL: contract('CON.F.US.CLE.Z26', 'CLZ6', 0.01, '10.00'),
  ZN: contract('CON.F.US.TYA.Z26', 'ZNZ6', 0.015625, '15.625'),
  ZF: contract('CON.F.US.FVA.Z26', 'ZFZ6', 0.0078125, '7.8125'),
} as const satisfies Record<string, ContractSpec>

function contract(id: string, name: string, tickSize: number, tickValue: string): ContractSpec {
  const contractId = ContractId.parse(id)
  return {
    id: contractId,
    name,
    product: productOf(contractId),
    root: rootOf(name),
    tickSize,
    tickValue: dollars(tickValue),
    active: true,
  }
}

function dollars(text: string): Usd {
  const amount = parseUsd(text)
  invariant(amount !== null, `not an amount: ${text}`)
  return amount
}

export function anAccount(changes: Partial<Account> = {}): Account {
  return {
    id: TEST_ACCOUNT,
    name: 'PRAC-V2-1',
    balance: usd(500_000_000),
    canTrade: true,
    simulated: true,
    visible: true,
    ...changes,
  }
}

/** A position of `signedSize` contracts; everything else has a default. */
export function aPosition(contractSpec: ContractSpec, signedSize: number, changes: Partial<Position> = {}): Position {
  return {
    accountId: TEST_ACCOUNT,
    contractId: contractSpec.id,
    signedSize,
    averagePrice: 21_000,
    openedAt: START,
    ...changes,
  }
}

/** A working order; a market buy of one contract unless changed. */
export function anOrder(id: number, contractSpec: ContractSpec, changes: Partial<Order> = {}): Order {
  const createdAt = changes.createdAt ?? START
  return {
    id: OrderId.parse(id),
    accountId: TEST_ACCOUNT,
    contractId: contractSpec.id,
    type: 'market',
    side: 'buy',
    size: 1,
    filled: 0,
    limitPrice: null,
    stopPrice: null,
    status: 'open',
    tag: null,
    parentId: null,
    createdAt,
    updatedAt: createdAt,
    ...changes,
  }
}

/** An opening buy of one contract without costs, of the order with the same number, unless changed. */
export function aTrade(id: number, contractSpec: ContractSpec, changes: Partial<Trade> = {}): Trade {
  return {
    id: TradeId.parse(id),
    accountId: TEST_ACCOUNT,
    contractId: contractSpec.id,
    orderId: OrderId.parse(id),
    side: 'buy',
    size: 1,
    price: 21_000,
    realizedPnl: null,
    fees: usd(0),
    commissions: usd(0),
    at: START,
    microseconds: 0,
    voided: false,
    ...changes,
  }
}

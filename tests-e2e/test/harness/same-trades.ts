import { netPnl, type StoredAccount, sumUsd } from '@rm/domain'
import type { GatewaySim } from '@rm/gateway-sim'
import { expect } from 'vitest'

/** The store counts money in 1/10 000 dollars. */
const DOLLAR = 10_000
const STARTING_BALANCE = 50_000

/** The daemon knows every trade of the venue once, and their money adds up to the balance to the cent. */
export function expectSameTrades(stored: StoredAccount, { exchange }: GatewaySim, accountId: number): void {
  const known = stored.trades.map(({ trade }) => trade)
  const real = exchange.trades(accountId)
  expect(inOrder(known.map(({ id }) => Number(id)))).toEqual(inOrder(real.map(({ id }) => id)))
  const balance = exchange.accounts().find(({ id }) => id === accountId)?.balance ?? Number.NaN
  expect(sumUsd(known.map(netPnl))).toBe(Math.round((balance - STARTING_BALANCE) * DOLLAR))
}

function inOrder(ids: readonly number[]): readonly number[] {
  return ids.toSorted((a, b) => a - b)
}

import { z } from 'zod'

const State = z.object({
  accounts: z.array(
    z.object({
      account: z.object({ id: z.number(), name: z.string(), balance: z.number().nullish() }),
      positions: z.array(z.object({ contractId: z.string(), type: z.number(), size: z.number() })),
      orders: z.array(
        z.object({
          contractId: z.string(),
          side: z.number(),
          size: z.number(),
          limitPrice: z.number().nullish(),
          stopPrice: z.number().nullish(),
        }),
      ),
    }),
  ),
})

/** An account as the simulator's own ledger has it: the truth against which the daemon is measured. */
export interface LedgerAccount {
  readonly id: number
  readonly name: string
  /** `2 CON.F.US.MES.Z26, …`, or `flat`. */
  readonly holds: string
  /** Those that work: `sell 1 CON.F.US.M2K.Z26 stop 2401.6`. */
  readonly orders: readonly string[]
}

/** Positions and working orders on the simulator's ledger. */
export async function readLedger(controlUrl: string): Promise<readonly LedgerAccount[]> {
  const answer = await fetch(`${controlUrl}/sim/state`)
  const { accounts } = State.parse(await answer.json())
  return accounts.map(({ account, positions, orders }) => ({
    id: account.id,
    name: account.name,
    holds: positions.map((one) => `${one.type === 2 ? -one.size : one.size} ${one.contractId}`).join(', ') || 'flat',
    orders: orders.map(
      ({ side, size, contractId, limitPrice, stopPrice }) =>
        `${side === 0 ? 'buy' : 'sell'} ${size} ${contractId}${priced('limit', limitPrice)}${priced('stop', stopPrice)}`,
    ),
  }))
}

function priced(kind: string, price: number | null | undefined): string {
  return typeof price === 'number' ? ` ${kind} ${price}` : ''
}

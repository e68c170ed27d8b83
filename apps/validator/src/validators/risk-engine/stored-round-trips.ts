import { copyFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import type { RoundTrip } from './kelly-fraction.ts'

/** Round trips of an account in one product, and what the account has. */
export interface StoredHistory {
  readonly accountId: number
  readonly accountName: string
  /** Exchange root. */
  readonly product: string
  /** In ten-thousandths of a dollar; `null`: not known. */
  readonly balance: number | null
  readonly trips: readonly RoundTrip[]
}

export interface StoredRoundTrips {
  readonly histories: readonly StoredHistory[]
  /** Rows that are no round trips, each with its id and what is wrong. */
  readonly unreadable: readonly string[]
}

const Row = z.object({
  account_id: z.int(),
  name: z.string(),
  balance: z.int().nullable(),
  root: z.string(),
  realized: z.int(),
  max_size: z.int().positive(),
})

/** Position cycles are from flat to flat, net of fees and commissions. */
const CLOSED_CYCLES = `
  SELECT position_cycle.id, position_cycle.account_id, account.name, account.balance, contract.root, position_cycle.realized, position_cycle.max_size
  FROM position_cycle
  JOIN account ON account.id = position_cycle.account_id
  JOIN contract ON contract.id = position_cycle.contract_id
  WHERE position_cycle.closed_at IS NOT NULL
  ORDER BY position_cycle.closed_at`

/**
 * Reads the round trips from a copy of the database, so that a daemon that holds it is not in the way. Throws where it cannot be read.
 *
 * @param scratch - an empty folder for the copy
 */
export function storedRoundTrips(database: string, scratch: string): StoredRoundTrips {
  const copy = path.join(scratch, 'history.db')
  for (const suffix of ['', '-wal'])
    if (existsSync(`${database}${suffix}`)) copyFileSync(`${database}${suffix}`, `${copy}${suffix}`)
  using connection = connect(copy)
  const read = connection.database.prepare(CLOSED_CYCLES).all().map(readRow)
  const rows = read.flatMap((one) => ('row' in one ? [one.row] : []))
  const groups = Map.groupBy(rows, ({ account_id, root }) => `${account_id} ${root}`)
  const histories = [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { account_id: accountId, name: accountName, root: product, balance } = first
    const trips = group.map(({ realized, max_size }) => ({ net: realized, contracts: max_size }))
    return [{ accountId, accountName, product, balance, trips }]
  })
  return { histories, unreadable: read.flatMap((one) => ('unreadable' in one ? [one.unreadable] : [])) }
}

function readRow(stored: unknown): { readonly row: z.infer<typeof Row> } | { readonly unreadable: string } {
  const { data: row, error } = Row.safeParse(stored)
  if (row !== undefined) return { row }
  const { data } = z.looseObject({ id: z.string() }).safeParse(stored)
  return {
    unreadable: `${data?.id ?? 'of unknown id'}: ${error?.issues.map(({ path: at, message }) => `${at.join('.')} ${message}`).join(', ')}`,
  }
}

function connect(file: string): Disposable & { readonly database: Sqlite.Database } {
  const database = new Sqlite(file, { fileMustExist: true })
  return { database, [Symbol.dispose]: () => void database.close() }
}

import { AccountId } from '@rm/domain'
import { z } from 'zod'
import { readRow } from './columns.ts'
import { History } from './history.ts'
import { refuseNewerSchema } from './migrate.ts'
import { Queries } from './queries.ts'
import { readOnly } from './read-only.ts'

/** The past of a store that no daemon uses. */
export interface StoppedHistory {
  readonly history: History
  /** Every account that the store knows, by its number. */
  readonly accounts: readonly KnownAccount[]
}

export interface KnownAccount {
  readonly id: AccountId
  readonly name: string
  /** The sources of the settings that it is held to, oldest first. */
  readonly settings: readonly unknown[]
}

/**
 * Looks into the past of a store that no daemon uses, and writes nothing.
 *
 * Throws `RmError`: STORE_UNSAFE (no such file, or it cannot be read), STORE_LOCKED with the process that holds it, STORE_CORRUPT,
 * STORE_NEWER_SCHEMA.
 */
export function readStoppedHistory<Found>(file: string, look: (past: StoppedHistory) => Found): Found {
  return readOnly(file, (database) => {
    refuseNewerSchema(database)
    const queries = new Queries(database)
    const { build } = queries
    const accounts = queries.rows(build.selectFrom('account').select(['id', 'name']).orderBy('id'))
    const held = queries.rows(build.selectFrom('settings_in_force').selectAll().orderBy('position'))
    const settings = held.map((row) => readRow('settings_in_force', SettingsRow, row))
    return look({
      history: new History(queries),
      accounts: accounts
        .map((row) => readRow('account', AccountRow, row))
        .map(({ id, name }) => ({
          id,
          name,
          settings: settings.flatMap(({ account_id, source }) => (account_id === id ? [JSON.parse(source)] : [])),
        })),
    })
  })
}

const AccountRow = z.object({ id: AccountId, name: z.string() })
const SettingsRow = z.object({ account_id: AccountId, source: z.string() })

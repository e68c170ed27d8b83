import { AccountId, instant, type StoredAccount } from '@rm/domain'
import { type AuditVerdict, openStore, verifyAuditFile } from '@rm/state'
import Sqlite from 'better-sqlite3'

interface AuditRow {
  readonly seq: number
  readonly epoch: number
  readonly at: number
  readonly accountId: number | null
  readonly action: string
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface StoredState {
  readonly verdict: AuditVerdict
  readonly audit: readonly AuditRow[]
  account(accountId: number): StoredAccount
}

/** What a daemon left behind. Only after it has ended: nobody else may have the file open. */
export async function storedState(file: string, accountIds: readonly number[]): Promise<StoredState> {
  const verdict = verifyAuditFile(file, [])
  using store = await openStore({ path: file, secondFolder: null, now: () => instant(0), program: { version: 'e2e' } })
  const accounts = new Map(accountIds.map((id) => [id, store.loadAccount(AccountId.parse(id), instant(0))]))
  store.close()
  return {
    verdict,
    audit: auditRows(file),
    account(accountId) {
      const stored = accounts.get(accountId)
      if (stored === undefined) throw new RangeError(`account ${accountId} was not asked for`)
      return stored
    },
  }
}

function auditRows(file: string): readonly AuditRow[] {
  const database = new Sqlite(file, { readonly: true })
  try {
    const rows = database
      .prepare('SELECT seq, epoch, at, account_id AS accountId, action, subject, detail FROM audit ORDER BY seq')
      .all() as (Omit<AuditRow, 'detail'> & { readonly detail: string })[]
    return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) as AuditRow['detail'] }))
  } finally {
    database.close()
  }
}

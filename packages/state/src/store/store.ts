import {
  type Account,
  AccountId,
  type AuditEntry,
  type ContractSpec,
  type Instant,
  type StoredAccount,
  type TurnRecord,
} from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { AlertTable } from './alert-table.ts'
import { AuditChain, type AuditHead, type AuditOrigin } from './audit-chain.ts'
import { makeBackup } from './backup.ts'
import type { Backup } from './backup-files.ts'
import { canonicalJson } from './canonical-json.ts'
import { flagOf, readRow } from './columns.ts'
import { type LockSnapshot, takeLockSnapshot } from './lock-snapshot.ts'
import { Queries } from './queries.ts'
import { contractOf, contractRow, contractUpsert } from './rows/contract-row.ts'
import { hasUnfinishedProtection, readStoredAccount } from './stored-account.ts'
import { isDurable, TurnWriter } from './turn-writer.ts'
import { type AuditVerdict, verifyChain } from './verify-chain.ts'

const SourceRow = z.object({ source: z.string() })
const AccountRow = z.object({ account_id: AccountId })

/** A configuration as it was loaded. */
export interface ConfigVersion {
  /** Identity of {@link effective}. */
  readonly hash: string
  /** Digest of each file by its name. */
  readonly files: Readonly<Record<string, string>>
  /** The settings in force. Never a secret. */
  readonly effective: unknown
}

/**
 * What the program remembers. One process, one connection, one writer; every method has finished when it returns, and what it wrote is on
 * the disk. Errors of the disk come as the driver throws them, with nothing of the call written.
 */
export class Store implements Disposable {
  /** Number of this start, from 1: ids and audit records carry it. */
  readonly epoch: number
  readonly #database: Database
  readonly #queries: Queries
  readonly #audit: AuditChain
  readonly #turns: TurnWriter
  readonly #transaction: (work: () => void) => void
  readonly #beforeUnlock: () => void
  /** What people were called for. */
  readonly alerts: AlertTable
  /** What opening it had to repair, one sentence each; empty on an ordinary start. */
  readonly recovery: readonly string[]

  /** Takes over an open database that has been checked and migrated. */
  constructor(
    database: Database,
    epoch: number,
    { recovery, beforeUnlock }: { readonly recovery: readonly string[]; readonly beforeUnlock: () => void },
  ) {
    this.epoch = epoch
    this.#database = database
    this.#queries = new Queries(database)
    this.#audit = new AuditChain(database, epoch)
    this.#turns = new TurnWriter(database, this.#audit)
    const transaction = database.transaction((work: () => void) => work())
    this.#transaction = (work) => transaction.immediate(work)
    this.#beforeUnlock = beforeUnlock
    this.alerts = new AlertTable(database)
    this.recovery = recovery
  }

  /** Writes turns in one transaction. Turns that decided nothing durable write nothing. */
  commit(records: readonly TurnRecord[]): void {
    const durable = records.filter(isDurable)
    if (durable.length === 0) return
    this.#write(() => {
      for (const record of durable) this.#turns.write(record)
    })
  }

  /** Audit records of what happens outside a turn: start, stop, configuration loaded. */
  audit(entries: readonly AuditEntry[], at: Instant): void {
    const outsideTurns: AuditOrigin | null = null
    if (entries.length > 0) this.#write(() => this.#audit.append(entries, at, outsideTurns))
  }

  /**
   * What is remembered of an account.
   *
   * @param tradesSince - at the latest the start of the trading day: trades and warnings that are older are left out
   */
  loadAccount(accountId: AccountId, tradesSince: Instant): StoredAccount {
    return readStoredAccount(this.#queries, accountId, tradesSince)
  }

  /** Whether any account has a lockout that has not ended or a goal that has not been reached: then the program must not give up. */
  hasUnfinishedProtection(): boolean {
    return hasUnfinishedProtection(this.#queries)
  }

  contracts(): readonly ContractSpec[] {
    return this.#queries.rows(this.#queries.build.selectFrom('contract').selectAll().orderBy('id')).map(contractOf)
  }

  /** Keeps the last version of each; a gateway lists hundreds. */
  saveContracts(contracts: readonly ContractSpec[], at: Instant): void {
    this.#write(() => {
      const upsert = this.#database.prepare(contractUpsert)
      for (const contract of contracts) upsert.run(contractRow(contract, at))
    })
  }

  saveAccounts(accounts: readonly Account[], at: Instant): void {
    const { build } = this.#queries
    this.#write(() => {
      for (const account of accounts) {
        const changed = {
          name: account.name,
          balance: account.balance,
          can_trade: flagOf(account.canTrade),
          simulated: account.simulated === null ? null : flagOf(account.simulated),
          visible: flagOf(account.visible),
          seen_at: at,
        }
        this.#queries.run(
          build
            .insertInto('account')
            .values({ id: account.id, ...changed })
            .onConflict((conflict) => conflict.column('id').doUpdateSet(changed)),
        )
      }
    })
  }

  /** Keeps a configuration once; loading the same again moves its time. */
  saveConfigVersion(version: ConfigVersion, at: Instant): void {
    this.#queries.run(
      this.#queries.build
        .insertInto('config_version')
        .values({
          hash: version.hash,
          files: canonicalJson(version.files),
          effective: canonicalJson(version.effective),
          loaded_at: at,
        })
        .onConflict((conflict) => conflict.column('hash').doUpdateSet({ loaded_at: at })),
    )
  }

  /** The sources of the settings that an account is held to, oldest first, as {@link saveSettingsInForce} was given them. */
  settingsInForce(accountId: AccountId): readonly unknown[] {
    const { build } = this.#queries
    const rows = build
      .selectFrom('settings_in_force')
      .select('source')
      .where('account_id', '=', accountId)
      .orderBy('position')
    return this.#queries.rows(rows).map((row) => JSON.parse(readRow('settings_in_force', SourceRow, row).source))
  }

  /** Accounts that are held to settings, whether or not the configuration still names them. */
  accountsInForce(): readonly AccountId[] {
    const { build } = this.#queries
    const rows = build.selectFrom('settings_in_force').select('account_id').distinct().orderBy('account_id')
    return this.#queries.rows(rows).map((row) => readRow('settings_in_force', AccountRow, row).account_id)
  }

  /** Replaces what an account is held to; an empty list releases it. */
  saveSettingsInForce(accountId: AccountId, sources: readonly unknown[], at: Instant): void {
    const { build } = this.#queries
    this.#write(() => {
      this.#queries.run(build.deleteFrom('settings_in_force').where('account_id', '=', accountId))
      for (const [position, source] of sources.entries()) {
        const row = { account_id: accountId, position, source: canonicalJson(source), since: at }
        this.#queries.run(build.insertInto('settings_in_force').values(row))
      }
    })
  }

  /** How far this run has come. */
  recordCheckpoint(id: string, at: Instant, detail: string): void {
    const { build } = this.#queries
    this.#queries.run(build.insertInto('checkpoint').values({ epoch: this.epoch, id, at, detail }))
  }

  /** Marks this run as ended on purpose. A run without the mark was killed. */
  endRun(exitCode: number, at: Instant): void {
    this.#queries.run(
      this.#queries.build.updateTable('run').set({ ended_at: at, exit_code: exitCode }).where('epoch', '=', this.epoch),
    )
  }

  /** Keeps a payload that does not fit the wire's contract. */
  quarantine(surface: string, raw: string, reason: string, at: Instant): void {
    this.#queries.run(this.#queries.build.insertInto('quarantine').values({ surface, raw, reason, at }))
  }

  /** What must outlive the database, as it stands now. */
  lockSnapshot(at: Instant): LockSnapshot {
    return takeLockSnapshot(this.#database, this.epoch, this.#audit.head, at)
  }

  /** The newest record of the audit trail. */
  get auditHead(): AuditHead {
    return this.#audit.head
  }

  /**
   * Copies the database while it is used; see {@link makeBackup}.
   *
   * @param check - reads all of the copy and throws when it is none
   */
  backup(at: Instant, check: (file: string) => Promise<void>): Promise<Backup> {
    return makeBackup(this.#database, this.epoch, at, check)
  }

  /** Walks the whole audit trail: as long as reading it takes. */
  verifyAudit(): AuditVerdict {
    return verifyChain(this.#database, [])
  }

  /** Moves what it can from the write-ahead log into the database file without waiting. For a timer, between turns. */
  checkpoint(): void {
    this.#database.pragma('wal_checkpoint(PASSIVE)')
  }

  /** Empties the write-ahead log and gives the file free. A second call does nothing. */
  close(): void {
    if (!this.#database.open) return
    this.#database.pragma('wal_checkpoint(TRUNCATE)')
    this.#beforeUnlock()
    this.#database.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #write(work: () => void): void {
    const { head } = this.#audit
    try {
      this.#transaction(work)
    } catch (error) {
      this.#audit.rewind(head)
      throw error
    }
  }
}

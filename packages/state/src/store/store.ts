import { dirname } from 'node:path'
import {
  type Account,
  AccountId,
  type AuditEntry,
  type ContractSpec,
  type Instant,
  type StoredAccount,
  type Trade,
  type TurnRecord,
} from '@rm/domain'
import { z } from 'zod'
import { AlertTable } from './alert-table.ts'
import type { AuditHead } from './audit-chain.ts'
import { makeBackup } from './backup.ts'
import { type Backup, backupFolder } from './backup-files.ts'
import { canonicalJson } from './canonical-json.ts'
import { flagOf, readRow } from './columns.ts'
import type { DatabaseAccess } from './database-access.ts'
import { History } from './history.ts'
import type { HoldCopy } from './held-copy.ts'
import { type LockSnapshot, takeLockSnapshot } from './lock-snapshot.ts'
import type { Queries } from './queries.ts'
import { contractOf, contractRow } from './rows/contract-row.ts'
import { tradeRow } from './rows/trade-row.ts'
import { hasUnfinishedProtection, readStoredAccount } from './stored-account.ts'
import { isDurable, turnWrite, writeOf, type WrittenRow } from './store-write.ts'
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
 * What the program remembers. One process, one connection, one writer; every method has finished when it returns. Turns are durable then, or the
 * call throws; what nobody waits for may become durable later while the disk is at fault.
 */
export class Store implements Disposable {
  /** Number of this start, from 1: ids and audit records carry it. */
  readonly epoch: number
  readonly #access: DatabaseAccess
  readonly #beforeUnlock: () => void
  /** What people were called for. */
  readonly alerts: AlertTable
  /** What opening it had to repair, one sentence each; empty on an ordinary start. */
  readonly recovery: readonly string[]

  /** Takes over an open database that has been checked and migrated. */
  constructor(
    access: DatabaseAccess,
    epoch: number,
    { recovery, beforeUnlock }: { readonly recovery: readonly string[]; readonly beforeUnlock: () => void },
  ) {
    this.epoch = epoch
    this.#access = access
    this.#beforeUnlock = beforeUnlock
    this.alerts = new AlertTable(() => access.connection.database)
    this.recovery = recovery
  }

  /** Writes turns in one transaction. Turns that decided nothing durable write nothing. Throws when they could not be made durable. */
  commit(records: readonly TurnRecord[]): void {
    const durable = records.filter(isDurable)
    if (durable.length > 0) this.#access.write(durable.map(turnWrite))
  }

  /** Audit records of what happens outside a turn: start, stop, configuration loaded. */
  audit(entries: readonly AuditEntry[], at: Instant): void {
    if (entries.length > 0) this.#access.writeOrHold([{ ...writeOf([], at), audit: entries }])
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
    this.#save(
      contracts.map((contract) => ['contract', { ...contractRow(contract, at) }]),
      at,
    )
  }

  saveAccounts(accounts: readonly Account[], at: Instant): void {
    const rows = accounts.map((account): WrittenRow => {
      const { id, name, balance, canTrade, simulated, visible } = account
      const flags = { can_trade: flagOf(canTrade), simulated: simulated === null ? null : flagOf(simulated) }
      return ['account', { id, name, balance, ...flags, visible: flagOf(visible), seen_at: at }]
    })
    this.#save(rows, at)
  }

  /** Completes the record of trades with what the gateway lists, outside of turns: for days that no book holds any more. */
  recordTrades(trades: readonly Trade[], at: Instant): void {
    const rows = trades.map((trade): WrittenRow => ['recordTrade', { ...tradeRow({ trade, origin: 'trader' }, at) }])
    if (rows.length > 0) this.#save(rows, at)
  }

  /** Keeps a configuration once; loading the same again moves its time. */
  saveConfigVersion({ hash, files, effective }: ConfigVersion, at: Instant): void {
    const row = { hash, files: canonicalJson(files), effective: canonicalJson(effective), loaded_at: at }
    this.#save([['configVersion', row]], at)
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
    const account = { account_id: accountId }
    const held = sources.map((source, position): WrittenRow => {
      return ['holdSettings', { ...account, position, source: canonicalJson(source), since: at }]
    })
    this.#save([['releaseSettings', account], ...held], at)
  }

  /** How far this run has come. */
  recordCheckpoint(id: string, at: Instant, detail: string): void {
    this.#save([['checkpoint', { epoch: this.epoch, id, at, detail }]], at)
  }

  /** Marks this run as ended on purpose. A run without the mark was killed. */
  endRun(exitCode: number, at: Instant): void {
    this.#save([['endRun', { at, exit_code: exitCode, epoch: this.epoch }]], at)
  }

  /** Keeps a payload that does not fit the wire's contract. */
  quarantine(surface: string, raw: string, reason: string, at: Instant): void {
    this.#save([['quarantine', { surface, raw, reason, at }]], at)
  }

  /** What must outlive the database, as it stands now. */
  lockSnapshot(at: Instant): LockSnapshot {
    return takeLockSnapshot(this.#access.connection.database, this.epoch, this.auditHead, at)
  }

  /** What it remembers of the past. */
  get history(): History {
    return new History(this.#queries)
  }

  /** The newest record of the audit trail. */
  get auditHead(): AuditHead {
    return this.#access.connection.audit.head
  }

  /**
   * Copies the database while it is used; see {@link makeBackup}.
   *
   * @param hold - holds the copy meanwhile, and makes it a file of its own
   */
  backup(at: Instant, hold: HoldCopy): Promise<Backup> {
    const { database } = this.#access.connection
    const folder = backupFolder(dirname(database.name))
    return makeBackup(database, { epoch: this.epoch, at, folder, hold })
  }

  /** Walks the whole audit trail: as long as reading it takes. */
  verifyAudit(): AuditVerdict {
    return verifyChain(this.#access.connection.database, [])
  }

  /** Moves what it can from the write-ahead log into the database file without waiting. For a timer, between turns. */
  checkpoint(): void {
    this.#access.checkpoint()
  }

  /** Looks after file and disk: brings what was kept aside into the database, makes anew what was taken away. For a timer, every second. */
  tend(): Promise<void> {
    return this.#access.tend()
  }

  /** Empties the write-ahead log and gives the file free. A second call does nothing. */
  close(): void {
    if (!this.#access.connection.database.open) return
    this.#beforeUnlock()
    this.#access.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  get #queries(): Queries {
    return this.#access.connection.queries
  }

  #save(rows: readonly WrittenRow[], at: Instant): void {
    this.#access.writeOrHold([writeOf(rows, at)])
  }
}

import type { Generated } from 'kysely'

/**
 * The tables as they stand after all migrations. Instants are integer epoch milliseconds, money is integer 1/10 000 dollars, prices and
 * shares are decimal text, claims are 0 or 1, whatever has a shape of its own is JSON text.
 */
export interface StoreSchema {
  readonly run: RunTable
  readonly checkpoint: CheckpointTable
  readonly account: AccountTable
  readonly contract: ContractTable
  readonly trade: TradeTable
  readonly position_cycle: PositionCycleTable
  readonly lockout: LockoutTable
  readonly breach: BreachTable
  readonly goal: GoalTable
  readonly command: CommandTable
  readonly reset_mark: ResetMarkTable
  readonly warning_mark: WarningMarkTable
  readonly last_turn: LastTurnTable
  readonly quarantine: QuarantineTable
  readonly config_version: ConfigVersionTable
  readonly settings_in_force: SettingsInForceTable
  readonly alert: AlertTableRow
  readonly audit: AuditTable
  readonly audit_head: AuditHeadTable
  readonly schema_migration: SchemaMigrationTable
}

interface RunTable {
  readonly epoch: number
  readonly version: string
  readonly started_at: number
  /** `null`: still running, or it ended without saying so. */
  readonly ended_at: number | null
  readonly exit_code: number | null
}

interface CheckpointTable {
  readonly seq: Generated<number>
  readonly epoch: number
  readonly id: string
  readonly at: number
  readonly detail: string
}

interface AccountTable {
  readonly id: number
  readonly name: string
  readonly balance: number | null
  readonly can_trade: number
  readonly simulated: number | null
  readonly visible: number
  readonly seen_at: number
}

export interface ContractTable {
  readonly id: string
  readonly name: string
  readonly product: string
  readonly root: string
  readonly tick_size: string
  readonly tick_value: number
  readonly active: number
  readonly fetched_at: number
}

export interface TradeTable {
  readonly account_id: number
  readonly id: number
  readonly contract_id: string
  readonly order_id: number
  readonly side: string
  readonly size: number
  readonly price: string
  readonly realized_pnl: number | null
  readonly fees: number
  readonly commissions: number
  readonly at: number
  readonly microseconds: number
  readonly voided: number
  readonly origin: string
  /** The turn in which the trade was first seen; a later version of it keeps this. */
  readonly received_at: number
}

export interface PositionCycleTable {
  readonly account_id: number
  readonly id: string
  readonly contract_id: string
  readonly side: string
  readonly opened_at: number
  readonly closed_at: number | null
  readonly enlarged_at: number
  readonly max_size: number
  readonly realized: number
  readonly uncovered_ms: number
  readonly covered: number
  readonly measured_at: number
  /** Prices in ticks of the contract (RULE-012). */
  readonly break_even_done: number | null
  readonly trail_extreme: number | null
  readonly placements: number
}

export interface LockoutTable {
  readonly account_id: number
  readonly id: string
  readonly rule: string
  readonly scope: string
  readonly effect: string
  readonly baseline: string
  readonly from_at: number
  readonly end_kind: string
  /** `null`: a condition ends it. */
  readonly end_at: number | null
  readonly reason: string
  readonly ended_at: number | null
  readonly end_cause: string | null
  /** All three `null` in a lockout of an earlier version. */
  readonly measured: string | null
  readonly limit: string | null
  readonly config_version: string | null
}

export interface BreachTable {
  readonly account_id: number
  readonly id: string
  readonly rule: string
  readonly scope: string
  readonly tier: number
  readonly measured: string
  readonly limit: string
  readonly message: string
  readonly goals: string
  readonly alert: string | null
  readonly first_seen_at: number
  readonly last_seen_at: number
  readonly cause: string
  readonly ended_at: number | null
}

export interface GoalTable {
  readonly account_id: number
  readonly id: string
  readonly origin_kind: string
  readonly origin_id: string
  readonly kind: string
  readonly goal: string
  readonly begun_at: number
  readonly deadline: number
  readonly state: string
  readonly ended_at: number | null
}

export interface CommandTable {
  readonly account_id: number
  readonly id: string
  readonly goal_id: string | null
  readonly kind: string
  readonly command: string
  readonly attempt: number
  readonly state: string
  readonly sent_at: number
  readonly outcome: string | null
  readonly latency_ms: number | null
  readonly settled_at: number | null
  readonly settled_by: string | null
  /** `null` for a request that serves a goal, and of an earlier version. */
  readonly reason: string | null
}

interface ResetMarkTable {
  readonly account_id: number
  readonly kind: 'daily'
  readonly instant: number
  readonly processed_at: number
}

interface WarningMarkTable {
  readonly account_id: number
  readonly day: string
  readonly rule: string
  readonly level: string
  readonly given_at: number
}

interface LastTurnTable {
  readonly account_id: number
  readonly at: number
}

interface QuarantineTable {
  readonly id: Generated<number>
  readonly surface: string
  readonly raw: string
  readonly reason: string
  readonly at: number
}

interface ConfigVersionTable {
  readonly hash: string
  readonly files: string
  readonly effective: string
  readonly loaded_at: number
}

export interface AlertTableRow {
  readonly id: string
  readonly keys: string
  readonly code: string
  readonly severity: string
  readonly account_id: number | null
  readonly text: string
  readonly details: string
  readonly begun_at: number
  readonly last_seen_at: number
  readonly seen_count: number
  readonly revision: number
  readonly over_at: number | null
  readonly acknowledged_at: number | null
  readonly told: string
}

interface SettingsInForceTable {
  readonly account_id: number
  /** From 0, oldest first. */
  readonly position: number
  readonly source: string
  readonly since: number
}

export interface AuditTable {
  readonly seq: number
  readonly epoch: number
  readonly at: number
  readonly account_id: number | null
  readonly cause: string | null
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: string
  readonly prev_hash: string
  readonly hash: string
}

/** One row: the last link of the chain, so that a cut tail shows. */
interface AuditHeadTable {
  readonly id: number
  readonly seq: number
  readonly hash: string
}

/** `name` and `timestamp` are written by Kysely's migrator, the rest by us. */
interface SchemaMigrationTable {
  readonly name: string
  readonly timestamp: string
  readonly applied_at: number | null
  readonly checksum: string | null
}

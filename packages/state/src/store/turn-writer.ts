import type { AccountId, Instant, TurnRecord } from '@rm/domain'
import type { Database, Statement } from 'better-sqlite3'
import type { AuditChain } from './audit-chain.ts'
import { breachRow, breachUpsert } from './rows/breach-row.ts'
import { commandRow, commandUpsert } from './rows/command-row.ts'
import { goalRow, goalUpsert } from './rows/goal-row.ts'
import { lockoutRow, lockoutUpsert } from './rows/lockout-row.ts'
import { positionCycleRow, positionCycleUpsert } from './rows/position-cycle-row.ts'
import { tradeRow, tradeUpsert } from './rows/trade-row.ts'

/** Whether the turn decided anything that has to outlive the process. */
export function isDurable(record: TurnRecord): boolean {
  return (
    record.audit.length > 0 ||
    record.trades.length > 0 ||
    record.cycles.length > 0 ||
    record.breaches.length > 0 ||
    record.endedBreaches.length > 0 ||
    record.lockouts.length > 0 ||
    record.endedLockouts.length > 0 ||
    record.goals.length > 0 ||
    record.commands.length > 0 ||
    record.resets.length > 0 ||
    record.warnings.length > 0
  )
}

/** The statements of the event path, prepared once. */
export class TurnWriter {
  readonly #audit: AuditChain
  readonly #trade: Statement<[ReturnType<typeof tradeRow>]>
  readonly #cycle: Statement<[ReturnType<typeof positionCycleRow>]>
  readonly #breach: Statement<[ReturnType<typeof breachRow>]>
  readonly #endBreach: Statement<[Instant, AccountId, string]>
  readonly #lockout: Statement<[ReturnType<typeof lockoutRow>]>
  readonly #endLockout: Statement<[Instant, string, AccountId, string]>
  readonly #goal: Statement<[ReturnType<typeof goalRow>]>
  readonly #command: Statement<[ReturnType<typeof commandRow>]>
  readonly #reset: Statement<[AccountId, Instant, Instant]>
  readonly #warning: Statement<[AccountId, string, string, string, Instant]>
  readonly #lastTurn: Statement<[AccountId, Instant]>

  constructor(database: Database, audit: AuditChain) {
    this.#audit = audit
    this.#trade = database.prepare(tradeUpsert)
    this.#cycle = database.prepare(positionCycleUpsert)
    this.#breach = database.prepare(breachUpsert)
    this.#endBreach = database.prepare('UPDATE breach SET ended_at = ? WHERE account_id = ? AND id = ?')
    this.#lockout = database.prepare(lockoutUpsert)
    this.#endLockout = database.prepare(
      'UPDATE lockout SET ended_at = ?, end_cause = ? WHERE account_id = ? AND id = ?',
    )
    this.#goal = database.prepare(goalUpsert)
    this.#command = database.prepare(commandUpsert)
    this.#reset = database.prepare(
      `INSERT INTO reset_mark (account_id, kind, instant, processed_at) VALUES (?, 'daily', ?, ?) ON CONFLICT DO NOTHING`,
    )
    this.#warning = database.prepare(
      'INSERT INTO warning_mark (account_id, day, rule, level, given_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#lastTurn = database.prepare(
      'INSERT INTO last_turn (account_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)',
    )
  }

  /** Writes all rows of the turn inside the transaction that is open. Goals stand before the commands that refer to them. */
  write(record: TurnRecord): void {
    const { accountId, at } = record
    for (const trade of record.trades) this.#trade.run(tradeRow(trade, at))
    for (const cycle of record.cycles) this.#cycle.run(positionCycleRow(cycle))
    for (const breach of record.breaches) this.#breach.run(breachRow(breach))
    for (const ended of record.endedBreaches) this.#endBreach.run(ended.at, accountId, ended.id)
    for (const lockout of record.lockouts) this.#lockout.run(lockoutRow(lockout))
    for (const ended of record.endedLockouts) this.#endLockout.run(ended.at, ended.cause, accountId, ended.id)
    for (const goal of record.goals) this.#goal.run(goalRow(goal))
    for (const command of record.commands) this.#command.run(commandRow(command))
    for (const reset of record.resets) this.#reset.run(accountId, reset, at)
    for (const { rule, level, day } of record.warnings) this.#warning.run(accountId, day, rule, String(level), at)
    this.#lastTurn.run(accountId, at)
    this.#audit.append(record.audit, at, record)
  }
}

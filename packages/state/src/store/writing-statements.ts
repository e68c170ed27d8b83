import { upsertSql } from './columns.ts'
import { breachUpsert } from './rows/breach-row.ts'
import { commandUpsert } from './rows/command-row.ts'
import { contractUpsert } from './rows/contract-row.ts'
import { goalUpsert } from './rows/goal-row.ts'
import { lockoutUpsert } from './rows/lockout-row.ts'
import { positionCycleUpsert } from './rows/position-cycle-row.ts'
import { tradeRecord, tradeUpsert } from './rows/trade-row.ts'

/** Everything that is ever written into the tables, by the names under which a write asks for it. The audit trail has its own way. */
export const WRITING_STATEMENTS = {
  trade: tradeUpsert,
  recordTrade: tradeRecord,
  cycle: positionCycleUpsert,
  breach: breachUpsert,
  endBreach: 'UPDATE breach SET ended_at = @at WHERE account_id = @account_id AND id = @id',
  lockout: lockoutUpsert,
  endLockout: 'UPDATE lockout SET ended_at = @at, end_cause = @cause WHERE account_id = @account_id AND id = @id',
  goal: goalUpsert,
  command: commandUpsert,
  reset: `INSERT INTO reset_mark (account_id, kind, instant, processed_at) VALUES (@account_id, 'daily', @instant, @at)
    ON CONFLICT DO NOTHING`,
  warning: `INSERT INTO warning_mark (account_id, day, rule, level, given_at) VALUES (@account_id, @day, @rule, @level, @at)
    ON CONFLICT DO NOTHING`,
  lastTurn: `INSERT INTO last_turn (account_id, at) VALUES (@account_id, @at)
    ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
  contract: contractUpsert,
  account: upsertSql('account', ['id'], ['name', 'balance', 'can_trade', 'simulated', 'visible', 'seen_at']),
  configVersion: upsertSql('config_version', ['hash'], ['loaded_at'], ['files', 'effective']),
  releaseSettings: 'DELETE FROM settings_in_force WHERE account_id = @account_id',
  holdSettings: `INSERT INTO settings_in_force (account_id, position, source, since)
    VALUES (@account_id, @position, @source, @since)`,
  checkpoint: 'INSERT INTO checkpoint (epoch, id, at, detail) VALUES (@epoch, @id, @at, @detail)',
  endRun: 'UPDATE run SET ended_at = @at, exit_code = @exit_code WHERE epoch = @epoch',
  quarantine: 'INSERT INTO quarantine (surface, raw, reason, at) VALUES (@surface, @raw, @reason, @at)',
} as const satisfies Readonly<Record<string, string>>

export type WritingStatement = keyof typeof WRITING_STATEMENTS

import type { MigrationStep } from '../migration-step.ts'

/** As ANALYZE writes them: rows, then rows alike in the first column, in the first two and so on. The key of a table goes by the table's name. */
const FIGURES = [
  ['trade', 'trade', '250000 50000 1'],
  ['trade', 'trade_by_time', '250000 50000 1'],
  ['position_cycle', 'position_cycle', '125000 25000 1'],
  ['position_cycle', 'position_cycle_open', '10 2'],
  ['lockout', 'lockout', '6250 1250 1'],
  ['lockout', 'lockout_in_force', '10 2'],
  ['lockout', 'lockout_by_time', '6250 2 1'],
  ['breach', 'breach', '6250 1250 1'],
  ['breach', 'breach_lasting', '10 2'],
  ['breach', 'breach_by_time', '6250 2 1'],
  ['goal', 'goal', '6250 1250 1'],
  ['goal', 'goal_unfinished', '10 2'],
  ['goal', 'goal_by_time', '6250 2 1'],
  ['goal', 'goal_by_origin', '6250 1'],
  ['command', 'command', '6250 1250 1'],
  ['command', 'command_unsettled', '10 2'],
  ['command', 'command_by_goal', '6250 1250 1'],
  ['warning_mark', 'warning_mark', '12500 2500 10 5 1'],
  ['warning_mark', 'warning_by_time', '12500 5'],
  ['audit', 'audit_of_breach', '6250 1'],
] as const

/**
 * A year of history made the lock snapshot, which is taken on the event path's thread, take two seconds, and the start of an account 25 ms. The figures, and
 * what the indexes cost a commit, stand in docs/decisions/0048.
 *
 * What still holds has partial indexes: a handful of rows, whatever the age of the database. Their statements have to say the condition in the same literals.
 */
export const indexes: MigrationStep = {
  name: '0008-indexes',
  statements: [
    'CREATE INDEX trade_by_time ON trade (account_id, at)',
    'CREATE INDEX position_cycle_open ON position_cycle (account_id) WHERE closed_at IS NULL',
    'CREATE INDEX lockout_in_force ON lockout (account_id) WHERE ended_at IS NULL',
    'CREATE INDEX lockout_by_time ON lockout (from_at, id)',
    'CREATE INDEX breach_lasting ON breach (account_id) WHERE ended_at IS NULL',
    'CREATE INDEX breach_by_time ON breach (first_seen_at, id)',
    `CREATE INDEX goal_unfinished ON goal (account_id) WHERE state IN ('pursued', 'escalated')`,
    'CREATE INDEX goal_by_time ON goal (begun_at, id)',
    'CREATE INDEX goal_by_origin ON goal (origin_id)',
    `CREATE INDEX command_unsettled ON command (account_id) WHERE state IN ('sending', 'acked', 'in-doubt')`,
    'CREATE INDEX command_by_goal ON command (account_id, goal_id)',
    'CREATE INDEX warning_by_time ON warning_mark (given_at)',
    `CREATE INDEX audit_of_breach ON audit (subject) WHERE action = 'breach-begun'`,
    // Without figures SQLite takes the key of an account for as good as any index. These are of a year of five accounts, and fixed, so that plans never change.
    'ANALYZE',
    'DELETE FROM sqlite_stat1',
    ...FIGURES.map(
      ([table, index, figures]) => `INSERT INTO sqlite_stat1 VALUES ('${table}', '${index}', '${figures}')`,
    ),
    'ANALYZE sqlite_schema',
  ],
}

import type { MigrationStep } from '../migration-step.ts'

/**
 * Trade management (RULE-012): what it remembers of a position cycle, and requests that serve no goal, because an order that is kept in
 * place answers no breach. SQLite cannot drop a NOT NULL, so the table of requests is made anew.
 */
export const tradeManagement: MigrationStep = {
  name: '0004-trade-management',
  statements: [
    'ALTER TABLE position_cycle ADD COLUMN break_even_done INTEGER',
    'ALTER TABLE position_cycle ADD COLUMN trail_extreme INTEGER',
    'ALTER TABLE position_cycle ADD COLUMN placements INTEGER NOT NULL DEFAULT 0',
    `CREATE TABLE command_of_any_origin (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      goal_id TEXT,
      kind TEXT NOT NULL,
      command TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      state TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      outcome TEXT,
      latency_ms REAL,
      settled_at INTEGER,
      settled_by TEXT,
      PRIMARY KEY (account_id, id),
      FOREIGN KEY (account_id, goal_id) REFERENCES goal (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO command_of_any_origin (account_id, id, goal_id, kind, command, attempt, state, sent_at, outcome, latency_ms, settled_at, settled_by)
      SELECT account_id, id, goal_id, kind, command, attempt, state, sent_at, outcome, latency_ms, settled_at, settled_by FROM command`,
    'DROP TABLE command',
    'ALTER TABLE command_of_any_origin RENAME TO command',
  ],
}

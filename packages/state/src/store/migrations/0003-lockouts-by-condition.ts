import type { MigrationStep } from '../migration-step.ts'

/**
 * Lockouts that end with a condition have no instant, and a breach that called a human says for what, so that its end is told. SQLite cannot
 * take a NOT NULL away, so the table is made anew with what it held.
 */
export const lockoutsByCondition: MigrationStep = {
  name: '0003-lockouts-by-condition',
  statements: [
    `CREATE TABLE lockout_anew (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      rule TEXT NOT NULL,
      scope TEXT NOT NULL,
      effect TEXT NOT NULL,
      baseline TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      end_kind TEXT NOT NULL,
      end_at INTEGER,
      reason TEXT NOT NULL,
      ended_at INTEGER,
      end_cause TEXT,
      CHECK ((end_at IS NULL) = (end_kind IN ('can-trade', 'config'))),
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO lockout_anew (
      account_id, id, rule, scope, effect, baseline, from_at, end_kind, end_at, reason, ended_at, end_cause
    ) SELECT
      account_id, id, rule, scope, effect, baseline, from_at, end_kind, end_at, reason, ended_at, end_cause
    FROM lockout`,
    `DROP TABLE lockout`,
    `ALTER TABLE lockout_anew RENAME TO lockout`,
    `CREATE TRIGGER lockout_is_never_deleted BEFORE DELETE ON lockout
      BEGIN SELECT RAISE(ABORT, 'a lockout is never deleted'); END`,
    // A condition is neither sooner nor later than an instant, so none takes the other's place.
    `CREATE TRIGGER lockout_is_never_shortened BEFORE UPDATE ON lockout
      WHEN (NEW.end_at IS NULL) <> (OLD.end_at IS NULL) OR NEW.end_at < OLD.end_at
        OR (NEW.end_at IS NULL AND NEW.end_kind <> OLD.end_kind)
      BEGIN SELECT RAISE(ABORT, 'a lockout is never shortened'); END`,
    `ALTER TABLE breach ADD COLUMN alert TEXT`,
  ],
}

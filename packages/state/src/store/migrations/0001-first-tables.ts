import type { MigrationStep } from '../migration-step.ts'

/**
 * What the daemon remembers from its first day on (risk rules, 7). Mirrors of what the gateway can give back at any time (orders,
 * positions) are not among it.
 *
 * No index beside the keys, until 0008-indexes: each one costs every turn a page to sync, and the start that would use it reads the accounts' own rows only.
 */
export const firstTables: MigrationStep = {
  name: '0001-first-tables',
  statements: [
    `CREATE TABLE run (
      epoch INTEGER PRIMARY KEY,
      version TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      exit_code INTEGER
    ) STRICT`,
    `CREATE TABLE checkpoint (
      seq INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL REFERENCES run (epoch),
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      detail TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE account (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      balance INTEGER,
      can_trade INTEGER NOT NULL CHECK (can_trade IN (0, 1)),
      simulated INTEGER CHECK (simulated IN (0, 1)),
      visible INTEGER NOT NULL CHECK (visible IN (0, 1)),
      seen_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE contract (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      product TEXT NOT NULL,
      root TEXT NOT NULL,
      tick_size TEXT NOT NULL,
      tick_value INTEGER NOT NULL,
      active INTEGER NOT NULL CHECK (active IN (0, 1)),
      fetched_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE trade (
      account_id INTEGER NOT NULL,
      id INTEGER NOT NULL,
      contract_id TEXT NOT NULL,
      order_id INTEGER NOT NULL,
      side TEXT NOT NULL,
      size INTEGER NOT NULL,
      price TEXT NOT NULL,
      realized_pnl INTEGER,
      fees INTEGER NOT NULL,
      commissions INTEGER NOT NULL,
      at INTEGER NOT NULL,
      microseconds INTEGER NOT NULL,
      voided INTEGER NOT NULL CHECK (voided IN (0, 1)),
      origin TEXT NOT NULL,
      received_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE position_cycle (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      contract_id TEXT NOT NULL,
      side TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      closed_at INTEGER,
      enlarged_at INTEGER NOT NULL,
      max_size INTEGER NOT NULL,
      realized INTEGER NOT NULL,
      uncovered_ms INTEGER NOT NULL,
      covered INTEGER NOT NULL CHECK (covered IN (0, 1)),
      measured_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE lockout (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      rule TEXT NOT NULL,
      scope TEXT NOT NULL,
      effect TEXT NOT NULL,
      baseline TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      end_kind TEXT NOT NULL,
      end_at INTEGER NOT NULL,
      reason TEXT NOT NULL,
      ended_at INTEGER,
      end_cause TEXT,
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TRIGGER lockout_is_never_deleted BEFORE DELETE ON lockout
      BEGIN SELECT RAISE(ABORT, 'a lockout is never deleted'); END`,
    `CREATE TRIGGER lockout_is_never_shortened BEFORE UPDATE ON lockout WHEN NEW.end_at < OLD.end_at
      BEGIN SELECT RAISE(ABORT, 'a lockout is never shortened'); END`,
    `CREATE TABLE breach (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      rule TEXT NOT NULL,
      scope TEXT NOT NULL,
      tier INTEGER NOT NULL,
      measured TEXT NOT NULL,
      "limit" TEXT NOT NULL,
      message TEXT NOT NULL,
      goals TEXT NOT NULL,
      first_seen_at INTEGER NOT NULL,
      last_seen_at INTEGER NOT NULL,
      cause TEXT NOT NULL,
      ended_at INTEGER,
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE goal (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      origin_kind TEXT NOT NULL,
      origin_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      goal TEXT NOT NULL,
      begun_at INTEGER NOT NULL,
      deadline INTEGER NOT NULL,
      state TEXT NOT NULL,
      ended_at INTEGER,
      PRIMARY KEY (account_id, id)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE command (
      account_id INTEGER NOT NULL,
      id TEXT NOT NULL,
      goal_id TEXT NOT NULL,
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
    `CREATE TABLE reset_mark (
      account_id INTEGER NOT NULL,
      kind TEXT NOT NULL,
      instant INTEGER NOT NULL,
      processed_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, kind, instant)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE warning_mark (
      account_id INTEGER NOT NULL,
      day TEXT NOT NULL,
      rule TEXT NOT NULL,
      level TEXT NOT NULL,
      given_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, day, rule, level)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE last_turn (
      account_id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY,
      surface TEXT NOT NULL,
      raw TEXT NOT NULL,
      reason TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE config_version (
      hash TEXT PRIMARY KEY,
      files TEXT NOT NULL,
      effective TEXT NOT NULL,
      loaded_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE audit (
      seq INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL REFERENCES run (epoch),
      at INTEGER NOT NULL,
      account_id INTEGER,
      cause TEXT,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      prev_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT`,
    `CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`,
    `CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`,
    // INSERT OR REPLACE would pass the two above.
    `CREATE TRIGGER audit_has_no_gap BEFORE INSERT ON audit
      WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
      BEGIN SELECT RAISE(ABORT, 'the audit trail is numbered without a gap'); END`,
    `CREATE TABLE audit_head (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      seq INTEGER NOT NULL,
      hash TEXT NOT NULL
    ) STRICT`,
    `INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '${'0'.repeat(64)}')`,
  ],
}

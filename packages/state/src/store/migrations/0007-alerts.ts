import type { MigrationStep } from '../migration-step.ts'

/**
 * What people are called for, and which channel has told what of it: an alert outlives the process that raised it, and is not told anew by the next
 * (reliability P-17, L-12).
 */
export const alerts: MigrationStep = {
  name: '0007-alerts',
  statements: [
    `CREATE TABLE alert (
      id TEXT NOT NULL PRIMARY KEY,
      keys TEXT NOT NULL,
      code TEXT NOT NULL,
      severity TEXT NOT NULL,
      account_id INTEGER,
      "text" TEXT NOT NULL,
      details TEXT NOT NULL,
      begun_at INTEGER NOT NULL,
      last_seen_at INTEGER NOT NULL,
      seen_count INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      over_at INTEGER,
      acknowledged_at INTEGER,
      told TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
}

import type { MigrationStep } from '../migration-step.ts'

/**
 * The settings that each account is held to, oldest first: until looser ones may take effect, the strictest of all of them holds. Without
 * them a restart on an edited file would loosen what a reload does not (reliability S-13).
 */
export const settingsInForce: MigrationStep = {
  name: '0002-settings-in-force',
  statements: [
    `CREATE TABLE settings_in_force (
      account_id INTEGER NOT NULL,
      position INTEGER NOT NULL,
      source TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (account_id, position)
    ) STRICT, WITHOUT ROWID`,
  ],
}

import type { MigrationStep } from '../migration-step.ts'

/** What was measured, against which limit and under which configuration, beside the sentence that says so. Older lockouts have the sentence alone. */
export const evidenceOfLockouts: MigrationStep = {
  name: '0005-evidence-of-lockouts',
  statements: [
    'ALTER TABLE lockout ADD COLUMN measured TEXT',
    'ALTER TABLE lockout ADD COLUMN "limit" TEXT',
    'ALTER TABLE lockout ADD COLUMN config_version TEXT',
  ],
}

import type { MigrationStep } from '../migration-step.ts'

/** Why an order of RULE-012 is placed, moved or removed: no breach says it. Older requests have none. */
export const reasonsOfOrders: MigrationStep = {
  name: '0006-reasons-of-orders',
  statements: ['ALTER TABLE command ADD COLUMN reason TEXT'],
}

import type { Validator, ValidatorId } from './validator.ts'
import { complianceValidator } from './validators/compliance/compliance-validator.ts'
import { databaseValidator } from './validators/database/database-validator.ts'
import { disasterRecoveryValidator } from './validators/disaster-recovery/disaster-recovery-validator.ts'
import { smokeValidator } from './validators/smoke/smoke-validator.ts'

/** Every validator by its id: one that is missing does not compile. */
export const validators: { readonly [Id in ValidatorId]: Validator } = {
  database: databaseValidator,
  compliance: complianceValidator,
  'disaster-recovery': disasterRecoveryValidator,
  smoke: smokeValidator,
}

import type { Validator, ValidatorId } from './validator.ts'
import { monitoringValidator } from './validators/monitoring/monitoring-validator.ts'
import { securityValidator } from './validators/security/security-validator.ts'
import { smokeValidator } from './validators/smoke/smoke-validator.ts'

/** Every validator by its id: one that is missing does not compile. */
export const validators: { readonly [Id in ValidatorId]: Validator } = {
  monitoring: monitoringValidator,
  security: securityValidator,
  smoke: smokeValidator,
}

import type { Validator, ValidatorId } from './validator.ts'
import { executionValidator } from './validators/execution/execution-validator.ts'
import { performanceValidator } from './validators/performance/performance-validator.ts'
import { smokeValidator } from './validators/smoke/smoke-validator.ts'

/** Every validator by its id: one that is missing does not compile. */
export const validators: { readonly [Id in ValidatorId]: Validator } = {
  execution: executionValidator,
  performance: performanceValidator,
  smoke: smokeValidator,
}

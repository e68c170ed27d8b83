import type { Validator, ValidatorId } from './validator.ts'
import { complianceValidator } from './validators/compliance/compliance-validator.ts'
import { databaseValidator } from './validators/database/database-validator.ts'
import { disasterRecoveryValidator } from './validators/disaster-recovery/disaster-recovery-validator.ts'
import { executionValidator } from './validators/execution/execution-validator.ts'
import { monitoringValidator } from './validators/monitoring/monitoring-validator.ts'
import { performanceValidator } from './validators/performance/performance-validator.ts'
import { riskEngineValidator } from './validators/risk-engine/risk-engine-validator.ts'
import { securityValidator } from './validators/security/security-validator.ts'
import { smokeValidator } from './validators/smoke/smoke-validator.ts'
import { strategyValidator } from './validators/strategy/strategy-validator.ts'

/** Every validator by its id: one that is missing does not compile. */
export const validators: { readonly [Id in ValidatorId]: Validator } = {
  strategy: strategyValidator,
  'risk-engine': riskEngineValidator,
  execution: executionValidator,
  database: databaseValidator,
  monitoring: monitoringValidator,
  security: securityValidator,
  compliance: complianceValidator,
  performance: performanceValidator,
  'disaster-recovery': disasterRecoveryValidator,
  smoke: smokeValidator,
}

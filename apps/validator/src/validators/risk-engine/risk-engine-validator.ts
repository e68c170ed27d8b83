import type { Validator } from '../../validator.ts'
import { positionLimitsCheck } from './position-limits-check.ts'
import { positionSizeCheck } from './position-size-check.ts'
import { rulesBiteCheck } from './rules-bite-check.ts'

/** The rules as they are set, tried on an exchange. */
export const riskEngineValidator: Validator = {
  title: 'Risk engine',
  runs: 'beside others',
  checks: [rulesBiteCheck, positionLimitsCheck, positionSizeCheck],
}

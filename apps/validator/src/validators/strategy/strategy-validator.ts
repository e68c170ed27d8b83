import type { Validator } from '../../validator.ts'
import { accountsLoadCheck } from './accounts-load-check.ts'
import { lockoutLifeCheck } from './lockout-life-check.ts'
import { tiersCheck } from './tiers-check.ts'

/** The settings of every account tier and profile, against the firm and against time. */
export const strategyValidator: Validator = {
  title: 'Strategy',
  runs: 'beside others',
  checks: [accountsLoadCheck, tiersCheck, lockoutLifeCheck],
}

import type { Validator } from '../../validator.ts'

export const complianceValidator: Validator = { title: 'Compliance', runs: 'beside others', checks: [] }

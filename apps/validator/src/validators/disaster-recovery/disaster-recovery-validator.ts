import type { Validator } from '../../validator.ts'

export const disasterRecoveryValidator: Validator = { title: 'Disaster recovery', runs: 'beside others', checks: [] }

import type { Validator } from '../../validator.ts'
import { firstEventCheck } from './first-event-check.ts'
import { gatewayAccountsCheck } from './gateway-accounts-check.ts'
import { gatewayReachedCheck } from './gateway-reached-check.ts'
import { practiceStartCheck } from './practice-start-check.ts'

/** The critical path, once, in seconds. */
export const smokeValidator: Validator = {
  title: 'Smoke',
  runs: 'beside others',
  checks: [firstEventCheck, gatewayReachedCheck, gatewayAccountsCheck, practiceStartCheck],
}

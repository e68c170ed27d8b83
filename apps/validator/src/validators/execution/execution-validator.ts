import type { Validator } from '../../validator.ts'
import { enforcementCheck, spoiltAnswersCheck } from './cases-check.ts'
import { largePositionCheck } from './large-position-check.ts'
import { managedStopCheck } from './managed-stop-check.ts'
import { rateBudgetCheck } from './rate-budget-check.ts'
import { readBreakerCheck } from './read-breaker-check.ts'

/** Whether what is decided is done at the gateway: once, whatever it answers, and proved. */
export const executionValidator: Validator = {
  title: 'Execution',
  runs: 'beside others',
  checks: [
    enforcementCheck,
    managedStopCheck,
    spoiltAnswersCheck,
    largePositionCheck,
    readBreakerCheck,
    rateBudgetCheck,
  ],
}

import type { Validator } from '../../validator.ts'
import { firstEventCheck } from './first-event-check.ts'

/** The critical path, once, in seconds. */
export const smokeValidator: Validator = {
  title: 'Smoke',
  runs: 'beside others',
  checks: [firstEventCheck],
}

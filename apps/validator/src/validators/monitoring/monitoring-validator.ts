import type { Validator } from '../../validator.ts'
import { callingAddressesCheck } from './calling-addresses-check.ts'
import { deadManCheck } from './dead-man-check.ts'
import { logFolderCheck } from './log-folder-check.ts'
import { watchedDaemonCheck } from './watched-daemon-check.ts'

/** Whether people would learn what the daemon does, and that it is gone. */
export const monitoringValidator: Validator = {
  title: 'Monitoring',
  runs: 'beside others',
  checks: [callingAddressesCheck, logFolderCheck, watchedDaemonCheck, deadManCheck],
}

import type { Validator } from '../../validator.ts'

/** Whether others could take over the account, the machine's part of it, or what the daemon decides. */
export const securityValidator: Validator = {
  title: 'Security',
  runs: 'beside others',
  checks: [],
}

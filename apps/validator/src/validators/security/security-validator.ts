import type { Validator } from '../../validator.ts'
import { fileRightsCheck } from './file-rights-check.ts'
import { localApiCheck } from './local-api-check.ts'
import { secretsCheck } from './secrets-check.ts'

/** Whether others could take over the account, the machine's part of it, or what the daemon decides. */
export const securityValidator: Validator = {
  title: 'Security',
  runs: 'beside others',
  checks: [secretsCheck, fileRightsCheck, localApiCheck],
}

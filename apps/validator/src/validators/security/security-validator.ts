import type { Validator } from '../../validator.ts'
import { billOfMaterialsCheck } from './bill-of-materials-check.ts'
import { certificatesCheck } from './certificates-check.ts'
import { dependencyAuditCheck } from './dependency-audit-check.ts'
import { encryptedWaysCheck } from './encrypted-ways-check.ts'
import { fileRightsCheck } from './file-rights-check.ts'
import { localApiCheck } from './local-api-check.ts'
import { sealedCredentialsCheck } from './sealed-credentials-check.ts'
import { secretsCheck } from './secrets-check.ts'

/** Whether others could take over the account, the machine's part of it, or what the daemon decides. */
export const securityValidator: Validator = {
  title: 'Security',
  runs: 'beside others',
  checks: [
    secretsCheck,
    fileRightsCheck,
    encryptedWaysCheck,
    dependencyAuditCheck,
    localApiCheck,
    certificatesCheck,
    sealedCredentialsCheck,
    billOfMaterialsCheck,
  ],
}

import type { Complaint } from '../diagnostic.ts'
import type { Secret } from '../secret.ts'
import { PASSPHRASE_CREDENTIAL } from './passphrase.ts'
import { type SealFault, unseal, type Unsealed } from './sealed-file.ts'
import { type CredentialProblem, secretPlace } from './secret-file.ts'

/** The sealed file of a configuration folder. */
export const SEALED_FILE = 'credentials.enc'

/**
 * Opens the text of a sealed file, or says why it cannot be.
 *
 * @param secret - the passphrase; `null` when none was given
 */
export async function openSealed(
  file: string,
  text: string,
  secret: Secret | null,
): Promise<Unsealed | { readonly ok: false; readonly problem: CredentialProblem }> {
  const refused = (complaint: Complaint) =>
    ({ ok: false, problem: { at: secretPlace(file, SEALED_FILE), complaint } }) as const
  if (secret === null) return refused(NO_PASSPHRASE)
  const opened = await unseal(text, secret.reveal())
  return opened.ok ? opened : refused(FAULTS[opened.fault])
}

const NO_PASSPHRASE: Complaint = {
  expected: 'its passphrase',
  got: 'none',
  why: 'the credentials in it are encrypted',
  fix: `start with --passphrase-file, or let the service manager hand over ${PASSPHRASE_CREDENTIAL}`,
}

const FAULTS: Readonly<Record<SealFault, Complaint>> = {
  shape: {
    expected: 'a file that `risk-manager credentials encrypt` has written',
    got: 'something else',
    why: 'the credentials are read from it',
    fix: 'encrypt them again, or put a copy of the file back',
  },
  passphrase: {
    expected: 'the passphrase with which it was written',
    got: 'another one, or a changed head of the file',
    why: 'the credentials in it cannot be decrypted',
    fix: 'give the right passphrase; if it is, put a copy of the file back',
  },
  content: {
    expected: 'the file as it was written',
    got: 'one that was changed since',
    why: 'none of its credentials can be believed',
    fix: 'put a copy of the file back, or encrypt the credentials again',
  },
}

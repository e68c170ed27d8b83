import { readFileSync, statSync } from 'node:fs'
import type { Complaint, Place } from '../diagnostic.ts'

/** A problem with one of the files that the configuration comes from. */
export interface CredentialProblem {
  readonly at: Place
  readonly complaint: Complaint
}

/** A small text file that holds a secret, or why it cannot be used. */
export type SecretFile =
  | {
      readonly ok: true
      readonly text: string
      /** Others could read or change it; how bad that is depends on the environment (reliability C-08). */
      readonly exposure: CredentialProblem | null
    }
  | { readonly ok: false; readonly problem: CredentialProblem }

/** The largest that systemd hands over. */
const BYTES_MAX = 1_048_576
const OF_OTHERS = 0o066

/**
 * Reads a file with a secret. Also what is no regular file: a pipe that somebody holds open for us, as `/dev/fd/3`.
 *
 * @param layer - how diagnostics call the place
 * @param exposed - the mode bits that nobody but the owner should have; those of a plain file unless said otherwise
 */
export function readSecretFile(file: string, layer: string, exposed: number = OF_OTHERS): SecretFile {
  const at = secretPlace(file, layer)
  try {
    const { mode, size } = statSync(file)
    if (size > BYTES_MAX) return { ok: false, problem: { at, complaint: tooLarge(size) } }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
    // Modes say nothing about other users on Windows.
    const isExposed = process.platform !== 'win32' && (mode & exposed) !== 0
    return { ok: true, text, exposure: isExposed ? { at, complaint: exposedTo(mode, file) } : null }
  } catch (error) {
    return { ok: false, problem: { at, complaint: error instanceof TypeError ? NO_TEXT : unreadable(error) } }
  }
}

export function secretPlace(file: string, layer: string): Place {
  return { file, line: 1, column: 1, layer }
}

function exposedTo(mode: number, file: string): Complaint {
  return {
    expected: 'a file that only its owner can read',
    got: `one that other users can read or change (mode ${(mode & 0o777).toString(8)})`,
    why: 'whoever reads it could trade the account, or try passphrases without haste',
    fix: `run \`chmod 600 ${file}\``,
  }
}

function tooLarge(size: number): Complaint {
  return {
    expected: 'a file of at most 1 MiB',
    got: `one of ${size} bytes`,
    why: 'no credential is that large',
    fix: 'check whether this is the right file',
  }
}

function unreadable(error: unknown): Complaint {
  return {
    expected: 'a file that the program may read',
    got: error instanceof Error ? error.message : String(error),
    why: 'credentials are read from it',
    fix: 'name a file that is there, and give its right to the user of the program',
  }
}

const NO_TEXT: Complaint = {
  expected: 'a text in UTF-8',
  got: 'other bytes',
  why: 'they would be read as another secret',
  fix: 'write the file again, as text',
}

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readSigningKey } from '@rm/runtime-pack'
import { homeOfUser } from '@rm/state'

/** Where the key is when nobody names another file. It is not for the user whom the daemon runs as, if that is another one. */
export function usualKeyFile(): string {
  return path.join(homeOfUser(), '.risk-manager', 'validator-key.pem')
}

/**
 * The key that certificates are signed with, made on first use. Throws for a file that is no Ed25519 key, and for one that others may read: with it they
 * could certify anything.
 */
export function signingKey(file: string): KeyObject {
  if (!existsSync(file)) return makeKey(file)
  const { mode } = statSync(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Error(
      `${file} is open to others (mode ${(mode & 0o777).toString(8)}); run chmod 600 on it, or make another key`,
    )
  try {
    return readSigningKey(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} is no signing key: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  return privateKey
}

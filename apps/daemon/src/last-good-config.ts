import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { type LoadedConfig, readStoredConfig, type RefusedConfig } from '@rm/config'

const FILE = 'last-good-config.json'
const WRITABLE_BY_OTHERS = 0o022

/**
 * Keeps the configuration for a start at which the files are refused (reliability C-01). A file of its own beside the store, because it also tells
 * where the store is. It holds no secret. Throws what the file system says.
 */
export function rememberConfig(dataDirectory: string, { hash, stored }: Pick<LoadedConfig, 'hash' | 'stored'>): void {
  const file = path.join(dataDirectory, FILE)
  const descriptor = openSync(`${file}.new`, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify({ hash, stored })}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(`${file}.new`, file)
}

/**
 * The last configuration with which the daemon logged in, or that it took since. `null`: there is none, others may write it, or this version does
 * not accept it.
 */
export function recallConfig(
  dataDirectory: string,
  refused: Pick<RefusedConfig, 'credentials' | 'variable'>,
): ReturnType<typeof readStoredConfig> {
  const kept = readKept(path.join(dataDirectory, FILE))
  return kept === null ? null : readStoredConfig(kept.stored, kept.hash, refused)
}

function readKept(file: string): { readonly hash: string; readonly stored: unknown } | null {
  try {
    // It names the address that the key is sent to. Modes say nothing on Windows.
    if (process.platform !== 'win32' && (statSync(file).mode & WRITABLE_BY_OTHERS) !== 0) return null
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof kept !== 'object' || kept === null || !('hash' in kept) || !('stored' in kept)) return null
    return typeof kept.hash === 'string' ? { hash: kept.hash, stored: kept.stored } : null
  } catch {
    return null
  }
}

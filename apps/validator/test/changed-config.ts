import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument } from 'yaml'

/** A file of the configuration, the path of a key in it, and what is to stand there. */
export type Change = readonly [file: string, key: readonly (string | number)[], value: unknown]

/** A copy of a configuration with some keys changed. */
export function changedConfig(from: string, into: string, changes: readonly Change[]): string {
  cpSync(from, into, { recursive: true })
  for (const [name, key, value] of changes) {
    const file = path.join(into, name)
    const document = parseDocument(readFileSync(file, 'utf8'))
    document.setIn(key, value)
    writeFileSync(file, document.toString())
  }
  return into
}

/** Of the practice day the first account alone, so that less has to be started. */
export const FIRST_ACCOUNT_ALONE: readonly Change[] = [1, 2, 3, 4, 5, 6].map((index) => [
  'accounts.yaml',
  ['accounts', index, 'enabled'],
  false,
])

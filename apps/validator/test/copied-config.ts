import { cpSync } from 'node:fs'
import path from 'node:path'
import type { Document } from 'yaml'
import { SIMULATOR_CONFIG } from '../src/program-files.ts'
import { changeCopy } from '../src/rehearsal/change-copy.ts'

/** A copy of the practice day's configuration, for its owner alone and with one file changed. @returns its folder */
export function copiedConfig(folder: string, name: string, file: string, change: (document: Document) => void): string {
  const copy = path.join(folder, name)
  cpSync(SIMULATOR_CONFIG, copy, { recursive: true })
  changeCopy(copy, file, change)
  return copy
}

import path from 'node:path'
import type { LoadedConfig } from '@rm/config'

/** Where the parts of the store lie, as absolute paths. */
export interface StorePlaces {
  readonly databaseFile: string
  /** A folder on another disk; `null`: there is none. */
  readonly secondFolder: string | null
  /** Where decisions go while the database cannot be written. */
  readonly emergencyJournal: string
}

/** Without a place of its own the emergency journal lies in the second folder, or beside the data folder: never below it, where a trouble is shared. */
export function storePlaces(
  dataDirectory: string,
  { path: file, secondFolder, emergencyJournal }: StoreSettings,
): StorePlaces {
  const databaseFile = path.resolve(dataDirectory, file)
  const second = secondFolder === null ? null : path.resolve(dataDirectory, secondFolder)
  const beside =
    second === null ? `${path.dirname(databaseFile)}.emergency.jsonl` : path.join(second, 'emergency.jsonl')
  return {
    databaseFile,
    secondFolder: second,
    emergencyJournal: emergencyJournal === null ? beside : path.resolve(dataDirectory, emergencyJournal),
  }
}

type StoreSettings = Pick<LoadedConfig['general']['database'], 'path' | 'secondFolder' | 'emergencyJournal'>

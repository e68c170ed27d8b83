import { openDurably } from './durable-database.ts'

/** What one connection of the store says of itself, as SQLite names it. */
export interface Durability {
  readonly journal_mode: unknown
  readonly synchronous: unknown
  readonly foreign_keys: unknown
  readonly locking_mode: unknown
}

/**
 * Opens a database as the daemon does and reads back what its durability rests on. Alone on the file meanwhile, and it writes the log, so it is for a copy.
 *
 * Throws `RmError`: STORE_LOCKED, STORE_CORRUPT, STORE_UNSAFE.
 */
export function readDurability(file: string): Durability {
  const database = openDurably(file)
  try {
    const read = (pragma: keyof Durability): unknown => database.pragma(pragma, { simple: true })
    return {
      journal_mode: read('journal_mode'),
      synchronous: read('synchronous'),
      foreign_keys: read('foreign_keys'),
      locking_mode: read('locking_mode'),
    }
  } finally {
    database.close()
  }
}

import Sqlite from 'better-sqlite3'
import { checkHead } from './audit-chain.ts'
import { asStoreError, checkIntegrity } from './durable-database.ts'
import { refuseNewerSchema } from './migrate.ts'

/** Reads all of a copy that nobody else has open. Throws `RmError`: STORE_CORRUPT, STORE_NEWER_SCHEMA. */
export function checkCopy(file: string): void {
  const database = new Sqlite(file, { readonly: true })
  try {
    refuseNewerSchema(database)
    checkIntegrity(database)
    checkHead(database)
  } catch (error) {
    throw asStoreError(error, file)
  } finally {
    database.close()
  }
}

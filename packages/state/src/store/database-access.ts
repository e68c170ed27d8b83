import type { StoreConnection } from './store-connection.ts'
import type { StoreWrite } from './store-write.ts'

/** How a store reaches its database. */
export interface DatabaseAccess {
  /** Another one after the database had to be made anew. */
  readonly connection: StoreConnection
  /** Durable when it returns. Throws when it could not be made so, with nothing written. */
  write(writes: readonly StoreWrite[]): void
  /** The same for what nobody waits for: it may become durable later. */
  writeOrHold(writes: readonly StoreWrite[]): void
  /** Moves what it can from the write-ahead log into the database file without waiting. */
  checkpoint(): void
  /** Looks after file and disk; to be called every second. */
  tend(): Promise<void>
  close(): void
}

/** For tools, tests and databases in memory: an error of the disk is thrown as the driver has it. */
export class DirectAccess implements DatabaseAccess {
  readonly connection: StoreConnection

  constructor(connection: StoreConnection) {
    this.connection = connection
  }

  write(writes: readonly StoreWrite[]): void {
    this.connection.write(writes)
  }

  writeOrHold(writes: readonly StoreWrite[]): void {
    this.connection.write(writes)
  }

  checkpoint(): void {
    this.connection.database.pragma('wal_checkpoint(PASSIVE)')
  }

  tend(): Promise<void> {
    return Promise.resolve()
  }

  close(): void {
    this.connection.database.pragma('wal_checkpoint(TRUNCATE)')
    this.connection.database.close()
  }
}

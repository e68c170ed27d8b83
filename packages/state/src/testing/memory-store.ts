import type { Instant } from '@rm/domain'
import Sqlite from 'better-sqlite3'
import { checkHead } from '../store/audit-chain.ts'
import { checkIntegrity } from '../store/durable-database.ts'
import { DirectAccess } from '../store/database-access.ts'
import { migrate } from '../store/migrate.ts'
import { beginRun } from '../store/open-store.ts'
import { Store } from '../store/store.ts'
import { StoreConnection } from '../store/store-connection.ts'

/** A store that lives in memory, with what would be on its disk. */
export interface MemoryStore {
  readonly store: Store
  /** Everything that was committed, as the file would hold it: what a process that dies now leaves behind. */
  image(): Uint8Array
}

/**
 * The store with the same statements, migrations and checks, and nothing of a file: no lock, no sync, no log to reserve. For simulations that
 * open thousands of them; what the disk can do to a store is the matter of the tests on real files.
 *
 * @param image - what an earlier run left behind; `null`: a new data folder
 */
export async function openMemoryStore(image: Uint8Array | null, now: Instant): Promise<MemoryStore> {
  const found = image ?? (await newImage(now))
  const database = new Sqlite(Buffer.from(found))
  database.pragma('foreign_keys = ON')
  checkIntegrity(database)
  await migrate(database, now)
  checkHead(database)
  const epoch = beginRun(database, 'in memory', now)
  const store = new Store(new DirectAccess(new StoreConnection(database, epoch)), epoch, {
    recovery: [],
    beforeUnlock: () => undefined,
  })
  return { store, image: () => database.serialize() }
}

/** What a new data folder holds after its migrations, which take longer than a simulated hour. */
let emptyImage: Uint8Array | null = null

async function newImage(now: Instant): Promise<Uint8Array> {
  if (emptyImage !== null) return emptyImage
  const database = new Sqlite(':memory:')
  await migrate(database, now)
  emptyImage = database.serialize()
  database.close()
  return emptyImage
}

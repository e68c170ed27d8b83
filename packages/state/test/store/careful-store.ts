import { instant } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { CarefulAccess } from '../../src/store/careful-access.ts'
import { checkIntegrity, openDurably } from '../../src/store/durable-database.ts'
import { EmergencyJournal, readEmergencyJournal } from '../../src/store/emergency-journal.ts'
import { migrate } from '../../src/store/migrate.ts'
import { beginRun, openStore } from '../../src/store/open-store.ts'
import { Store } from '../../src/store/store.ts'
import type { StoreAlarm } from '../../src/store/store-alarms.ts'
import { StoreConnection } from '../../src/store/store-connection.ts'
import { NOON } from './turn-records.ts'

/** The store as a daemon has it, with its connection at hand for what the disk may do to it; only the clock is a test's own. */
export class CarefulStore implements Disposable {
  readonly store: Store
  readonly database: Database
  readonly alarms: StoreAlarm[] = []
  elapsedMs = 0

  private constructor(database: Database, epoch: number, emergencyJournal: string) {
    this.database = database
    const journal = new EmergencyJournal(emergencyJournal, epoch, readEmergencyJournal(emergencyJournal))
    const onAlarm = (alarm: StoreAlarm): void => void this.alarms.push(alarm)
    const care = { emergencyJournal, elapsedMs: () => this.elapsedMs, onAlarm }
    const now = () => instant(NOON + this.elapsedMs)
    const access = new CarefulAccess(new StoreConnection(database, epoch), epoch, journal, care, now)
    this.store = new Store(access, epoch, { recovery: [], beforeUnlock: () => {} })
  }

  static async open(file: string, emergencyJournal: string): Promise<CarefulStore> {
    const database = openDurably(file)
    checkIntegrity(database)
    await migrate(database, NOON)
    return new CarefulStore(database, beginRun(database, '0.1.0', NOON), emergencyJournal)
  }

  /** As the timer of the daemon does after ten seconds. */
  async tend(): Promise<void> {
    this.elapsedMs += 10_000
    await this.store.tend()
  }

  /** What was told so far: `+` began, `-` is over. */
  told(): readonly string[] {
    return this.alarms.map(({ code, isOver }) => `${isOver ? '-' : '+'}${code}`)
  }

  [Symbol.dispose](): void {
    this.store.close()
  }
}

/** The next start of the daemon. */
export function nextStart(path: string, emergencyJournal: string): Promise<Store> {
  const care = { emergencyJournal, elapsedMs: () => 0, onAlarm: () => {} }
  return openStore({ path, secondFolder: null, now: () => NOON, care, program: { version: '0.1.0' } })
}

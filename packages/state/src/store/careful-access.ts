import { dirname } from 'node:path'
import type { Instant } from '@rm/domain'
import { Ballast } from './ballast.ts'
import type { DatabaseAccess } from './database-access.ts'
import { DatabaseWatch } from './database-watch.ts'
import { isDiskFault } from './disk-fault.ts'
import { probeDisk } from './disk-probe.ts'
import { WAL_BYTES_MAX } from './durable-database.ts'
import type { EmergencyJournal } from './emergency-journal.ts'
import { recreateDatabase } from './recreate-database.ts'
import { SafeWriter, SLOW_COMMIT_MS } from './safe-writer.ts'
import { StoreAlarms, type StoreAlarm } from './store-alarms.ts'
import { StoreConnection } from './store-connection.ts'
import type { StoreWrite } from './store-write.ts'

/** What a daemon adds to its store, so that a disk at fault ends nothing. */
export interface DiskCare {
  /** The file that takes what the database cannot; best on another disk. */
  readonly emergencyJournal: string
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number
  /** Told of what is wrong with the disk, and when that is over. Must not throw. */
  readonly onAlarm: (alarm: StoreAlarm) => void
}

/** Files and room are looked at so often (reliability D-09, D-14). */
const LOOK_MS = 10_000
const MEBIBYTE = 1024 * 1024

/** The database of a daemon that goes on whatever its disk does (reliability D-05 to D-07, D-09, D-14, D-15). */
export class CarefulAccess implements DatabaseAccess {
  connection: StoreConnection
  readonly #epoch: number
  readonly #file: string
  readonly #now: () => Instant
  readonly #elapsedMs: () => number
  readonly #alarms: StoreAlarms
  readonly #ballast: Ballast
  readonly #journal: EmergencyJournal
  readonly #writer: SafeWriter
  readonly #watch: DatabaseWatch
  #isTending = false
  /** What was done to a file and could not be mended; `null`: nothing. The database takes nothing until then. */
  #harm: string | null = null
  #lookedMs: number

  constructor(
    connection: StoreConnection,
    epoch: number,
    journal: EmergencyJournal,
    { elapsedMs, onAlarm }: DiskCare,
    now: () => Instant,
  ) {
    this.connection = connection
    this.#epoch = epoch
    this.#file = connection.database.name
    this.#now = now
    this.#elapsedMs = elapsedMs
    this.#alarms = new StoreAlarms(onAlarm)
    this.#ballast = new Ballast(dirname(this.#file))
    this.#journal = journal
    this.#writer = new SafeWriter({
      connection,
      journal,
      ballast: this.#ballast,
      alarms: this.#alarms,
      now,
      elapsedMs,
    })
    this.#watch = new DatabaseWatch(this.#file)
    this.#lookedMs = elapsedMs()
  }

  write(writes: readonly StoreWrite[]): void {
    this.#writer.write(writes)
  }

  writeOrHold(writes: readonly StoreWrite[]): void {
    this.#writer.writeOrHold(writes)
  }

  /** A full disk keeps the log as it is: nothing is lost, and it is tried again. */
  checkpoint(): void {
    try {
      this.connection.database.pragma('wal_checkpoint(PASSIVE)')
      this.#alarms.settle('checkpoint-failed', 'the write-ahead log is brought into the database again')
    } catch (error) {
      if (!isDiskFault(error)) throw error
      this.#alarms.raise('checkpoint-failed', `the write-ahead log stays as it is: ${reasonOf(error)}`)
    }
  }

  /** Heals what is ill each time, and looks at files and room every ten seconds. */
  async tend(): Promise<void> {
    if (this.#isTending) return
    this.#isTending = true
    try {
      const isTimeToLook = this.#elapsedMs() - this.#lookedMs >= LOOK_MS
      if (isTimeToLook) this.#lookAtFiles()
      if (!this.#writer.isWell && (await this.#isDiskWell())) this.#heal()
      if (isTimeToLook && this.#writer.isWell) await this.#keepBallast()
    } finally {
      this.#isTending = false
    }
  }

  /** What was kept aside and is not taken now waits in the journal for the next start. */
  close(): void {
    this.#lookAtFiles()
    this.#heal()
    this.#journal.close()
    try {
      this.connection.database.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) {
      // The log has all that was committed; the next start reads it from there.
      if (!isDiskFault(error)) throw error
    }
    this.connection.database.close()
  }

  #heal(): void {
    if (this.#harm === null && this.connection.database.open) this.#writer.heal()
  }

  #lookAtFiles(): void {
    this.#lookedMs = this.#elapsedMs()
    try {
      this.#lookAtLog(this.#watch.logBytes)
      this.#harm = this.#watch.harm()
      if (this.#harm === null) return
      this.#recreate(this.#harm)
      this.#harm = null
    } catch (error) {
      const what = this.#harm === null ? 'the data folder' : `${this.#harm}, and could not be made anew`
      this.#writer.fallIll(`${what}: ${reasonOf(error)}`)
    }
  }

  #lookAtLog(bytes: number): void {
    const length = `the write-ahead log is ${Math.round(bytes / MEBIBYTE)} MiB long`
    if (bytes > WAL_BYTES_MAX) this.#alarms.raise('log-long', `${length}: it is not being emptied`)
    else this.#alarms.settle('log-long', length)
  }

  #recreate(harm: string): void {
    this.#alarms.raise('database-lost', `${harm} while the program runs; it is made anew from memory`)
    const { database, audit } = this.connection
    this.connection = new StoreConnection(recreateDatabase(database, this.#file, audit.head, this.#now()), this.#epoch)
    this.#writer.follow(this.connection)
    this.#watch.renew()
    this.#alarms.settle('database-lost', `${this.#file} was made anew, with all that was committed`)
  }

  async #keepBallast(): Promise<void> {
    try {
      await this.#ballast.remake()
      this.#alarms.settle('ballast-missing', 'the ballast can be made again')
      if (this.#ballast.isThere) this.#alarms.settle('disk-full', 'the disk has room again; the ballast is there')
    } catch (error) {
      this.#alarms.raise('ballast-missing', `no room can be kept for a full disk: ${reasonOf(error)}`)
    }
  }

  /** Asked beside the event loop, so that a slow disk is not waited for once more. */
  async #isDiskWell(): Promise<boolean> {
    try {
      return (await probeDisk(dirname(this.#file), this.#elapsedMs)) <= SLOW_COMMIT_MS
    } catch {
      return false
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { formatInstant, type Instant, RmError } from '@rm/domain'
import type { Ballast } from './ballast.ts'
import { isDiskFault, isDiskFull } from './disk-fault.ts'
import type { EmergencyJournal } from './emergency-journal.ts'
import type { StoreAlarms } from './store-alarms.ts'
import type { StoreConnection } from './store-connection.ts'
import { type StoreWrite, writeOf } from './store-write.ts'

/** After a commit that took longer the database is left alone until the disk is well again (reliability D-15). */
export const SLOW_COMMIT_MS = 250

/** What a disk at fault is met with. */
export interface SafeWriterParts {
  readonly connection: StoreConnection
  readonly journal: EmergencyJournal
  readonly ballast: Ballast
  readonly alarms: StoreAlarms
  readonly now: () => Instant
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number
}

/**
 * Writes into the database, and while its disk is at fault into the emergency journal, so that a decision is durable before anything of it leaves.
 * What was kept aside comes first into the database, in order, before anything else does.
 */
export class SafeWriter {
  readonly #parts: SafeWriterParts
  #connection: StoreConnection
  /** Why the database is left alone; `null`: it is not. */
  #ailment: string | null = null
  /** Writes that the database lacks, in order; all but those that the journal refused as well are in the journal. */
  #kept: StoreWrite[] = []

  constructor(parts: SafeWriterParts) {
    this.#parts = parts
    this.#connection = parts.connection
  }

  get isWell(): boolean {
    return this.#ailment === null
  }

  /** Goes on with another connection, because the database was made anew. */
  follow(connection: StoreConnection): void {
    this.#connection = connection
  }

  /** Durable when it returns, in the database or beside it. Throws `RmError` STORE_UNWRITABLE, or what the driver says of a misfit. */
  write(writes: readonly StoreWrite[]): void {
    if (this.#ailment === null && this.#canWrite(writes)) return
    try {
      this.#parts.journal.append(writes)
    } catch (error) {
      const beside = `${this.#parts.journal.file}: ${reasonOf(error)}`
      throw new RmError('STORE_UNWRITABLE', `${this.#ailment ?? 'the disk is at fault'}; ${beside}`, {}, error)
    }
    this.#kept.push(...writes)
  }

  /** The same for what nobody waits for: where nothing takes it, it is held in memory until the database does. */
  writeOrHold(writes: readonly StoreWrite[]): void {
    try {
      this.write(writes)
    } catch (error) {
      if (!(error instanceof RmError && error.code === 'STORE_UNWRITABLE')) throw error
      this.#kept.push(...writes)
    }
  }

  /** Leaves the database alone from now on, until {@link heal} finds it well. */
  fallIll(reason: string): void {
    this.#ailment = reason
    const { alarms, journal } = this.#parts
    alarms.raise('kept-aside', `${reason}; decisions are kept in ${journal.file} until the database takes them`)
  }

  /** Brings what was kept aside into the database. Does nothing while the disk is still at fault, or when it is well. */
  heal(): void {
    if (this.#ailment === null) return
    const { journal, alarms, now, elapsedMs } = this.#parts
    const begunMs = elapsedMs()
    const detail = { writes: this.#kept.length, reason: this.#ailment }
    const entry = { actor: 'daemon' as const, action: TAKEN_OVER, subject: journal.hash, detail }
    let misfits: readonly string[]
    try {
      misfits = this.#sparing(() =>
        this.#connection.writeWhatFits(this.#kept, { ...writeOf([], now()), audit: [entry] }),
      )
    } catch (error) {
      if (!isDiskFault(error)) throw error
      return
    }
    this.#emptyJournal(misfits)
    const count = this.#kept.length
    this.#kept = []
    const tookMs = elapsedMs() - begunMs
    if (tookMs > SLOW_COMMIT_MS) return
    this.#ailment = null
    alarms.settle('kept-aside', `the database is written again; ${count} writes that were kept aside are in it`)
  }

  #canWrite(writes: readonly StoreWrite[]): boolean {
    const begunMs = this.#parts.elapsedMs()
    try {
      this.#sparing(() => this.#connection.write(writes))
    } catch (error) {
      if (!isDiskFault(error)) throw error
      this.fallIll(`the database cannot be written (${reasonOf(error)})`)
      return false
    }
    const tookMs = Math.round(this.#parts.elapsedMs() - begunMs)
    if (tookMs > SLOW_COMMIT_MS) this.fallIll(`a commit took ${tookMs} ms`)
    return true
  }

  /** On a full disk the ballast goes, and it is tried once more (reliability D-05). */
  #sparing<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      if (!isDiskFull(error) || !this.#parts.ballast.free()) throw error
      this.#parts.alarms.raise('disk-full', `the disk of ${this.#parts.ballast.file} is full; the ballast was given up`)
      return work()
    }
  }

  /** What does not fit stays as evidence. A journal that cannot be emptied is no harm: the trail says how much of it was taken over. */
  #emptyJournal(misfits: readonly string[]): void {
    const { journal, alarms, now } = this.#parts
    try {
      if (misfits.length === 0) journal.clear()
      else {
        const name = `${formatInstant(now()).replaceAll(':', '-')}.misfit`
        journal.setAside(name)
        alarms.raise('misfit-kept', `${misfits.length} writes do not fit: ${misfits[0]}; see ${journal.file}.${name}`)
      }
    } catch {
      // The next start reads it again, and passes over it.
    }
  }
}

/** In the audit trail: what an emergency journal held up to the line of this hash is in the database. */
export const TAKEN_OVER = 'emergency-journal-taken-over'

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

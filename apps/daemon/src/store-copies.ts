import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Instant, TurnRecord } from '@rm/domain'
import {
  type BackupsKept,
  listBackups,
  lockSnapshotFile,
  removeBackup,
  snapshotText,
  type Store,
  surplusBackups,
  writeDurably,
} from '@rm/state'
import { holdOnThread } from './hold-on-thread.ts'
import type { LineQueue } from './line-queue.ts'
import type { SlowWork } from './slow-work.ts'

/** After a change of a lockout the snapshot waits so long, so that the requests of the same moment have the disk and the loop to themselves. */
const SNAPSHOT_DELAY_MS = 50
/** A snapshot is made so often even if no lockout changes: with the time that it takes, less than a minute is lost (reliability 3.7, B-8). */
const SNAPSHOT_INTERVAL_MS = 50_000
/** The first backup leaves the start to the accounts. */
const FIRST_BACKUP_MS = 2_000
/** A program that carries copies off the machine and takes longer is ended. */
const CARRY_MS_MAX = 60_000

export interface CopySettings {
  readonly dataFolder: string
  /** A folder on another disk; `null`: the data folder alone has the snapshots. */
  readonly secondFolder: string | null
  readonly backupIntervalMs: number
  readonly kept: BackupsKept
  /** Program and arguments; the path of the new file is put behind them. Empty: nobody carries copies away. */
  readonly carry: readonly string[]
}

/**
 * Keeps what must outlive the database: a small snapshot of the locks at each change and every minute, and the whole database every few minutes,
 * all beside the event path. What cannot be written is told, and tried again at the next time.
 */
export class StoreCopies {
  readonly #store: Store
  readonly #settings: CopySettings
  readonly #now: () => Instant
  readonly #lines: LineQueue
  readonly #slowWork: SlowWork
  readonly #timers: NodeJS.Timeout[] = []
  #delayed: NodeJS.Timeout | null = null
  /** One after the other, so that an older snapshot never takes the place of a newer one. */
  #underWay: Promise<void> = Promise.resolve()
  #isBackingUp = false
  #isStopped = false

  constructor(store: Store, settings: CopySettings, now: () => Instant, lines: LineQueue, slowWork: SlowWork) {
    this.#store = store
    this.#settings = settings
    this.#now = now
    this.#lines = lines
    this.#slowWork = slowWork
  }

  /** The first snapshot is made at once: what a start has repaired is not repaired twice. */
  start(): void {
    this.#snapshotSoon()
    this.#timers.push(
      setInterval(() => this.#snapshotSoon(), SNAPSHOT_INTERVAL_MS),
      setTimeout(() => void this.#backUp(), FIRST_BACKUP_MS),
      setInterval(() => void this.#backUp(), this.#settings.backupIntervalMs),
    )
  }

  /** To be told of what was committed. */
  committed(records: readonly TurnRecord[]): void {
    const concernsLocks = records.some(
      ({ lockouts, endedLockouts, goals }) => lockouts.length + endedLockouts.length + goals.length > 0,
    )
    if (concernsLocks) this.#snapshotSoon()
  }

  /** A last snapshot; a backup that is under way is given up. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers) clearInterval(timer)
    if (this.#delayed !== null) clearTimeout(this.#delayed)
    this.#snapshot()
    await this.#underWay
  }

  #snapshotSoon(): void {
    this.#delayed ??= setTimeout(() => this.#snapshot(), SNAPSHOT_DELAY_MS)
  }

  #snapshot(): void {
    this.#delayed = null
    this.#underWay = this.#snapshotAfter(this.#underWay)
  }

  async #snapshotAfter(before: Promise<void>): Promise<void> {
    await before
    const { dataFolder, secondFolder } = this.#settings
    for (const folder of secondFolder === null ? [dataFolder] : [dataFolder, secondFolder]) {
      await this.#attempt(`the lock snapshot in ${folder}`, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const end = this.#slowWork.begin('the lock snapshot', { folder })
        await writeDurably(lockSnapshotFile(folder), snapshotText(this.#store.lockSnapshot(this.#now())))
        end()
      })
    }
    await this.#carry(lockSnapshotFile(dataFolder))
  }

  async #backUp(): Promise<void> {
    if (this.#isBackingUp) return
    this.#isBackingUp = true
    await this.#attempt('the backup', async () => {
      const end = this.#slowWork.begin('a backup', {})
      const { file, manifest } = await this.#store.backup(this.#now(), holdOnThread)
      end()
      const surplus = surplusBackups(listBackups(this.#settings.dataFolder), this.#settings.kept)
      for (const backup of surplus) await removeBackup(backup)
      const facts = { event: 'backup-made', file, bytes: manifest.bytes, auditSeq: manifest.head.seq }
      this.#lines.add({ level: 'info', message: `Backup made: ${file}`, topic: null, facts })
      await this.#carry(file)
    })
    this.#isBackingUp = false
  }

  async #carry(file: string): Promise<void> {
    const [program, ...args] = this.#settings.carry
    if (program === undefined) return
    await this.#attempt(`the program ${program} for ${file}`, async () => {
      await promisify(execFile)(program, [...args, file], { timeout: CARRY_MS_MAX, windowsHide: true })
    })
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#isStopped) return
      const reason = error instanceof Error ? error.message : String(error)
      const facts = { event: 'alert', alert: 'copy-failed', reason }
      this.#lines.add({ level: 'error', message: `Alert: ${what} failed: ${reason}`, topic: null, facts })
    }
  }
}

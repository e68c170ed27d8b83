import { randomBytes } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { rename, rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { besideOf } from './durable-file.ts'

/** So much room is kept for the moment in which the disk is full (reliability 3.6): some hundred enforcements. */
const BALLAST_BYTES = 8 * 1024 * 1024
/** A ballast is made while so much is free: making it must not fill the disk. */
const FREE_BYTES_MIN = 4 * BALLAST_BYTES

/** A file of no use but its room: it is deleted when the disk is full, so that decisions can still be written. */
export class Ballast {
  readonly file: string

  /** @param folder - on the disk of the database */
  constructor(folder: string) {
    this.file = join(folder, 'ballast')
  }

  get isThere(): boolean {
    return statSync(this.file, { throwIfNoEntry: false }) !== undefined
  }

  /** Gives its room back. `false`: there was none, or the file system does not let it go. */
  free(): boolean {
    if (!this.isThere) return false
    try {
      rmSync(this.file)
      return true
    } catch {
      return false
    }
  }

  /** Makes it when it is missing and there is room. Throws what the file system says. */
  async remake(): Promise<void> {
    if (this.isThere) return
    const { bavail, bsize } = await statfs(dirname(this.file))
    if (bavail * bsize < FREE_BYTES_MIN) return
    const beside = besideOf(this.file)
    try {
      // Of random bytes: zeros take no room on a file system that compresses.
      await writeFile(beside, randomBytes(BALLAST_BYTES), { mode: 0o600 })
      await rename(beside, this.file)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  }
}

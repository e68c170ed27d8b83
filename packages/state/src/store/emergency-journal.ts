import { hash } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { GENESIS } from './audit-chain.ts'
import { canonicalJson } from './canonical-json.ts'
import { type StoreWrite, StoreWriteJson } from './store-write.ts'

/** What an emergency journal holds. */
export interface FoundJournal {
  readonly entries: readonly JournalEntry[]
  /** Length of the whole lines, in bytes. */
  readonly bytes: number
  /** Whether something behind the whole lines cannot be read: a line that a power cut left half. */
  readonly isTorn: boolean
}

export interface JournalEntry {
  /** Stands for this line and all before it. */
  readonly hash: string
  /** The run that wrote it. */
  readonly epoch: number
  readonly write: StoreWrite
}

/**
 * Takes what the database cannot, on another path: a line of JSON for each write, on the disk when the call returns (`O_DSYNC`). Each line has
 * the hash of itself and all before it, by which a torn tail shows, and by which the database knows what it has taken over already.
 *
 * The file is made when it is needed for the first time.
 */
export class EmergencyJournal {
  readonly file: string
  readonly #epoch: number
  #descriptor: number | null = null
  #bytes: number
  #hash: string
  #lines = 0

  /** @param found - what the file holds now: new lines are put behind it */
  constructor(file: string, epoch: number, found: FoundJournal) {
    this.file = file
    this.#epoch = epoch
    this.#bytes = found.bytes
    this.#hash = found.entries.at(-1)?.hash ?? GENESIS
  }

  /** The hash of the last line. */
  get hash(): string {
    return this.#hash
  }

  /** Throws what the file system says, with nothing of it kept. */
  append(writes: readonly StoreWrite[]): void {
    let { hash: last } = this
    let text = ''
    for (const [index, write] of writes.entries()) {
      const body = canonicalJson({ epoch: this.#epoch, line: this.#lines + index, write })
      last = hashOf(last, body)
      text += `{"sha256":"${last}","entry":${body}}\n`
    }
    const bytes = Buffer.from(text)
    const descriptor = this.#open()
    try {
      let written = 0
      while (written < bytes.length) written += writeSync(descriptor, bytes, written)
    } catch (error) {
      ftruncateSync(descriptor, this.#bytes)
      throw error
    }
    this.#bytes += bytes.length
    this.#hash = last
    this.#lines += writes.length
  }

  /** Everything in it is in the database. */
  clear(): void {
    if (this.#bytes === 0) return
    ftruncateSync(this.#open(), 0)
    this.#bytes = 0
    this.#hash = GENESIS
  }

  /** Keeps the file under another name as evidence, and begins anew. */
  setAside(name: string): void {
    this.close()
    renameSync(this.file, `${this.file}.${name}`)
    this.#bytes = 0
    this.#hash = GENESIS
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
  }

  #open(): number {
    if (this.#descriptor === null) {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
      this.#descriptor = openSync(this.file, O_APPEND_SYNCED, 0o600)
    }
    return this.#descriptor
  }
}

/** Reads a journal up to the first line that is not as it was written; one that is not there is empty. */
export function readEmergencyJournal(file: string): FoundJournal {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const entries: JournalEntry[] = []
  let [last, bytes] = [GENESIS, 0]
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = readLine(line, last)
    if (entry === null) return { entries, bytes, isTorn: true }
    last = entry.hash
    bytes += Buffer.byteLength(line) + 1
    entries.push(entry)
  }
  return { entries, bytes, isTorn: !(text === '' || text.endsWith('\n')) }
}

/** Windows has no `O_DSYNC`; there the system writes the line when it likes. */
const O_APPEND_SYNCED = constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | (constants.O_DSYNC ?? 0)

const Line = z.object({
  sha256: z.string(),
  entry: z.object({ epoch: z.int(), line: z.int(), write: z.unknown() }),
})

function readLine(text: string, previous: string): JournalEntry | null {
  try {
    const { sha256, entry } = Line.parse(JSON.parse(text))
    if (sha256 !== hashOf(previous, canonicalJson(entry))) return null
    return { hash: sha256, epoch: entry.epoch, write: StoreWriteJson.parse(entry.write) }
  } catch {
    return null
  }
}

function hashOf(previous: string, body: string): string {
  return hash('sha256', previous + body, 'hex')
}

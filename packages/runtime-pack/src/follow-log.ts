import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 200
const CHUNK_BYTES = 65_536
const LINE_END = 0x0a

/**
 * Every line that is added to a log from now on, until the signal: also those of the file that takes the place of a full one, and of a log that
 * is not there yet.
 */
export function followLog(file: string, signal: AbortSignal): AsyncGenerator<string> {
  // At once, so that nothing is missed between this call and the first line that is asked for.
  return linesOf(file, existsSync(file) ? new OpenLog(file, 'end') : null, signal)
}

async function* linesOf(file: string, from: OpenLog | null, signal: AbortSignal): AsyncGenerator<string> {
  let open = from
  try {
    while (!signal.aborted) {
      if (open === null && existsSync(file)) open = new OpenLog(file, 'begin')
      if (open !== null) {
        // Before the look whether it was renamed: what comes later is in the new file.
        const wasReplaced = open.wasReplaced()
        yield* open.added()
        if (wasReplaced) {
          open.close()
          open = null
          continue
        }
      }
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    }
  } finally {
    open?.close()
  }
}

class OpenLog {
  readonly #file: string
  readonly #descriptor: number
  #readTo: number
  #rest = Buffer.alloc(0)

  constructor(file: string, from: 'begin' | 'end') {
    this.#file = file
    this.#descriptor = openSync(file, 'r')
    this.#readTo = from === 'end' ? fstatSync(this.#descriptor).size : 0
  }

  /** Whole lines since the last look. */
  *added(): Generator<string> {
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES)
      const length = readSync(this.#descriptor, chunk, 0, CHUNK_BYTES, this.#readTo)
      if (length === 0) return
      this.#readTo += length
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, length)])
      for (let at = this.#rest.indexOf(LINE_END); at !== -1; at = this.#rest.indexOf(LINE_END)) {
        yield this.#rest.toString('utf8', 0, at)
        this.#rest = this.#rest.subarray(at + 1)
      }
    }
  }

  /** Whether another file has the name by now. */
  wasReplaced(): boolean {
    const named = statSync(this.#file, { throwIfNoEntry: false })
    return named === undefined || named.ino !== fstatSync(this.#descriptor).ino
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

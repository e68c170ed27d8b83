import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import path from 'node:path'

/** The log that has every line; it keeps this name, full ones are renamed to `NAME.TIME`. */
export const DAEMON_LOG = 'risk_manager.log'

const CHUNK_BYTES = 65_536
const LINE_END = 0x0a

/** The files of a log, the newest first: the active one, then those that were rotated away. */
export function logFiles(directory: string, name: string): readonly string[] {
  if (!existsSync(directory)) return []
  const rotated = readdirSync(directory).flatMap((entry) => {
    const at = entry.startsWith(`${name}.`) ? rotatedAt(entry.slice(name.length + 1)) : null
    return at === null ? [] : [{ entry, at }]
  })
  const ordered = rotated.toSorted((a, b) => b.at - a.at).map(({ entry }) => entry)
  const active = existsSync(path.join(directory, name)) ? [name] : []
  return [...active, ...ordered].map((entry) => path.join(directory, entry))
}

/** Lines of these files from the last to the first, read only as far as they are asked for. */
export function* linesBackwards(files: readonly string[]): Generator<string> {
  for (const file of files) yield* linesOfFileBackwards(file)
}

/** A time in a file name has `-` for `:`, which Windows does not allow there. `null`: somebody else's file. */
function rotatedAt(stamp: string): number | null {
  try {
    return Temporal.Instant.from(stamp.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:')).epochMilliseconds
  } catch {
    return null
  }
}

function* linesOfFileBackwards(file: string): Generator<string> {
  const descriptor = openSync(file, 'r')
  try {
    let position = fstatSync(descriptor).size
    let rest = Buffer.alloc(0)
    while (position > 0) {
      const length = Math.min(CHUNK_BYTES, position)
      position -= length
      const chunk = Buffer.alloc(length)
      readSync(descriptor, chunk, 0, length, position)
      rest = Buffer.concat([chunk, rest])
      for (let at = rest.lastIndexOf(LINE_END); at !== -1; at = rest.lastIndexOf(LINE_END)) {
        // What stands behind the last line end is still being written, or is nothing.
        if (at < rest.length - 1) yield rest.toString('utf8', at + 1)
        rest = rest.subarray(0, at)
      }
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}

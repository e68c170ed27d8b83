import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A page of the database. */
const PAGE = Buffer.alloc(4_096, 1)

/**
 * How long the disk of a folder takes to keep a page, beside the event loop, in milliseconds. Rejects with what the file system says when it does
 * not keep it.
 */
export async function probeDisk(folder: string, elapsedMs: () => number): Promise<number> {
  const file = join(folder, '.disk-probe')
  const begunMs = elapsedMs()
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(PAGE)
    await handle.sync()
    return elapsedMs() - begunMs
  } finally {
    await handle.close()
    await rm(file, { force: true })
  }
}

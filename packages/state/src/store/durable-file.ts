import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Makes a file whole or not at all: written beside its place, synced, renamed, and the folder synced, so that neither a kill nor a power
 * cut leaves half of one (reliability 3.7).
 */
export async function writeDurably(file: string, text: string): Promise<void> {
  const beside = besideOf(file)
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await moveDurably(beside, file)
}

/** Gives a file that is complete its name. */
export async function moveDurably(beside: string, file: string): Promise<void> {
  const handle = await open(beside, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
  if (process.platform === 'win32') return // a folder cannot be opened there
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The name of a file that is being made: nobody reads one that ends so. */
export function besideOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.part`)
}

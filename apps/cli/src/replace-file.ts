import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Puts a text in the place of a file, so that a reader finds the old or the new one, whole, also after a power cut. */
export function replaceFile(file: string, text: string, mode: number): void {
  const beside = `${file}.${process.pid}.new`
  try {
    const descriptor = openSync(beside, 'wx', mode)
    try {
      writeFileSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

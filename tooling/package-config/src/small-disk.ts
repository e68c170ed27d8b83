import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A disk of a few MiB that a test may fill: a tmpfs of Linux, which only root may mount. */
export class SmallDisk implements Disposable {
  readonly path: string

  /**
   * @param mebibytes - its size
   * @param folder - where it is mounted; made when it is missing
   */
  constructor(mebibytes: number, folder: string = mkdtempSync(path.join(tmpdir(), 'rm-small-disk-'))) {
    mkdirSync(folder, { recursive: true })
    const { status, stderr } = mount(mebibytes, folder)
    if (status !== 0) throw new Error(`no disk of ${mebibytes} MiB at ${folder}: ${stderr}`)
    this.path = folder
  }

  /** Takes all room that is left. */
  fill(): void {
    const file = openSync(this.#filler, 'a')
    try {
      for (let bytes = 1024 * 1024; bytes >= 1; bytes /= 16) this.#write(file, Buffer.alloc(bytes, 1))
    } finally {
      closeSync(file)
    }
  }

  /** Gives the room back. */
  clear(): void {
    rmSync(this.#filler)
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['--lazy', this.path])
    rmSync(this.path, { recursive: true, force: true })
  }

  get #filler(): string {
    return path.join(this.path, 'filler')
  }

  #write(file: number, block: Buffer): void {
    try {
      while (writeSync(file, block) === block.length);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }
}

function mount(mebibytes: number, folder: string): { readonly status: number | null; readonly stderr: string } {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', folder], { encoding: 'utf8' })
}

/** Why no small disk can be mounted here, as the reason of a skipped test; `null`: it can. */
export const NO_SMALL_DISK: string | null = reasonAgainst()

function reasonAgainst(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root may mount a small disk, and only on Linux'
  try {
    new SmallDisk(1)[Symbol.dispose]()
    return null
  } catch (error) {
    return String(error)
  }
}

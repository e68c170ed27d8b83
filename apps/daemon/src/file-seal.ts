import { stat } from 'node:fs/promises'

/** Notices that somebody else wrote, replaced or removed a file that only this process writes (reliability X-01). */
export class FileSeal {
  readonly #file: string
  /** `null`: nothing of it is known yet. */
  #known: Identity | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** Takes the file as it is now for what this process left. Rejects with what the operating system says. */
  async set(): Promise<void> {
    this.#known = await identityOf(this.#file)
  }

  /** What happened to the file since it was sealed; `null`: nothing, or it never was. A break is told once: the file is sealed as it was found. */
  async broken(): Promise<string | null> {
    const known = this.#known
    if (known === null) return null
    const found = await identityOf(this.#file).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    })
    this.#known = found
    if (found === null) return 'was removed'
    if (found.place !== known.place) return 'was replaced by another file'
    if (found.size !== known.size) return `has ${found.size} bytes and not the ${known.size} that were left there`
    return found.changedNs === known.changedNs ? null : 'was changed by somebody else'
  }
}

interface Identity {
  /** Filesystem and file: another one under the same name has another. */
  readonly place: string
  readonly size: bigint
  /** Epoch ns. Not the time of the last write, which whoever writes can set back. */
  readonly changedNs: bigint
}

async function identityOf(file: string): Promise<Identity> {
  const { dev, ino, size, ctimeNs } = await stat(file, { bigint: true })
  return { place: `${dev} ${ino}`, size, changedNs: ctimeNs }
}

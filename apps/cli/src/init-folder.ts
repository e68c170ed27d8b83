import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { SHIPPED_CONFIG } from './program-files.ts'

/** A configuration folder in the making, beside its place: it becomes that folder as a whole, or is gone with the command. */
export class DraftFolder implements Disposable {
  readonly path: string
  readonly #place: string

  /** @param place - where the folder shall stand */
  constructor(place: string) {
    this.#place = path.resolve(place)
    const parent = path.dirname(this.#place)
    mkdirSync(parent, { recursive: true })
    // Nobody but its owner may look into a folder that this makes.
    this.path = mkdtempSync(path.join(parent, `.${path.basename(this.#place)}.init-`))
  }

  /** Writes the shipped files, and these in their place. Each is readable by its owner alone. */
  async write(files: ReadonlyMap<string, string>): Promise<void> {
    // Loads the driver of the database, which the other commands do without.
    const { writeDurably } = await import('@rm/state')
    for (const [name, text] of new Map([...shippedFiles(), ...files])) {
      const file = path.join(this.path, name)
      mkdirSync(path.dirname(file), { recursive: true })
      await writeDurably(file, text)
    }
  }

  /** Puts the folder in its place. Returns where the one that stood there is kept, or `null`. */
  install(): string | null {
    const kept = existsSync(this.#place) ? freeName(`${this.#place}.old`) : null
    if (kept !== null) renameSync(this.#place, kept)
    try {
      renameSync(this.path, this.#place)
    } catch (error) {
      if (kept !== null) renameSync(kept, this.#place)
      throw error
    }
    return kept
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** What every configuration has from the start, by its path in the folder. */
function shippedFiles(): ReadonlyMap<string, string> {
  const inFolders = ['profiles', 'schemas'].flatMap((folder) =>
    readdirSync(path.join(SHIPPED_CONFIG, folder)).map((name) => path.join(folder, name)),
  )
  return new Map(
    ['timers_config.yaml', ...inFolders].map((name) => [name, readFileSync(path.join(SHIPPED_CONFIG, name), 'utf8')]),
  )
}

function freeName(name: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = `${name}-${number}`
    if (!existsSync(candidate)) return candidate
  }
}

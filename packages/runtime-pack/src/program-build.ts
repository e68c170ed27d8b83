import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'

/** Which program this is: two with the same digest are the same. */
export interface ProgramBuild {
  /** SHA-256 over every file of the program's folder and the versions of what stands beside it; `null`: it was not built. */
  readonly digest: string | null
  readonly builtAt: string | null
  /** Packages that stand beside the program, by their versions; `null`: not there. */
  readonly packages: Readonly<Record<string, string | null>>
}

/** What the daemon loads at run time; everything else is in its program. */
const PACKAGES = ['@microsoft/signalr', 'better-sqlite3', 'pino', 'pino-pretty'] as const

const Manifest = z.object({ name: z.string(), version: z.string() })

export function programBuild(entry: string): ProgramBuild {
  const packages = Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name, entry)]))
  if (!existsSync(entry)) return { digest: null, builtAt: null, packages }
  return { digest: digestOf(path.dirname(entry), packages), builtAt: statSync(entry).mtime.toISOString(), packages }
}

function digestOf(folder: string, packages: ProgramBuild['packages']): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
  const digests = files.map((file) => [path.relative(folder, file), sha256(readFileSync(file))])
  return sha256(JSON.stringify([digests, packages]))
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Not every package lets its manifest be imported, so it is looked for above its main file. */
function versionOf(name: string, entry: string): string | null {
  let folder: string
  try {
    folder = path.dirname(createRequire(entry).resolve(name))
  } catch {
    return null
  }
  for (;;) {
    const file = path.join(folder, 'package.json')
    const manifest = existsSync(file) ? Manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data : undefined
    if (manifest?.name === name) return manifest.version
    const parent = path.dirname(folder)
    if (parent === folder) return null
    folder = parent
  }
}

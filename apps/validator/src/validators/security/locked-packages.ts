import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** A library at the version that the lockfile holds. */
export interface LockedPackage {
  readonly name: string
  readonly version: string
  /** Digest of its archive, as `sha512-…`; `null`: whatever is delivered would be taken. */
  readonly integrity: string | null
  /** Whether one of the programs may carry it; otherwise only building and testing need it. */
  readonly isShipped: boolean
  /** What it needs, as `NAME@VERSION`. */
  readonly needs: readonly string[]
}

export const LOCKFILE = 'pnpm-lock.yaml'

const Wanted = z.record(z.string(), z.object({ version: z.string() })).default({})
const Needed = z.record(z.string(), z.string()).default({})

/** Format 9 of pnpm's lockfile, as far as it is needed. */
const Lockfile = z.object({
  lockfileVersion: z.literal('9.0'),
  importers: z.record(
    z.string(),
    z.object({ dependencies: Wanted, devDependencies: Wanted, optionalDependencies: Wanted }),
  ),
  packages: z.record(z.string(), z.object({ resolution: z.looseObject({ integrity: z.string().optional() }) })),
  snapshots: z.record(z.string(), z.object({ dependencies: Needed, optionalDependencies: Needed })),
})
type Lockfile = z.output<typeof Lockfile>

/** Reads every library of the lockfile. Throws when it is not there, or is none of this form. */
export function readLockedPackages(repository: string): readonly LockedPackage[] {
  const lockfile = Lockfile.parse(parse(readFileSync(path.join(repository, LOCKFILE), 'utf8')))
  const shipped = shippedSnapshots(lockfile)
  const byId = Map.groupBy(Object.keys(lockfile.snapshots), withoutPeers)
  return Object.entries(lockfile.packages).map(([id, { resolution }]) => {
    const snapshots = byId.get(id) ?? []
    const needs = snapshots.flatMap((one) => needsOf(lockfile, one)).map(withoutPeers)
    const at = id.lastIndexOf('@')
    return {
      name: id.slice(0, at),
      version: id.slice(at + 1),
      integrity: resolution.integrity ?? null,
      isShipped: snapshots.some((one) => shipped.has(one)),
      needs: [...new Set(needs)].toSorted(),
    }
  })
}

/** `a@1.0.0(b@2.0.0)` is `a@1.0.0`, built beside that `b`. */
function withoutPeers(id: string): string {
  return id.replace(/\(.*$/, '')
}

function needsOf({ snapshots }: Lockfile, id: string): readonly string[] {
  const snapshot = snapshots[id]
  if (snapshot === undefined) return []
  const needed = { ...snapshot.dependencies, ...snapshot.optionalDependencies }
  // An alias already names the package that it stands for.
  return Object.entries(needed).map(([name, version]) => (version in snapshots ? version : `${name}@${version}`))
}

/** The programs carry what they are built of, so what they want for development is shipped too; of our libraries only what they need to run. */
function shippedSnapshots(lockfile: Lockfile): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const waiting = Object.keys(lockfile.importers).filter((name) => name.startsWith('apps/'))
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = lockfile.importers[name] ?? {}
    const built = name.startsWith('apps/') ? devDependencies : {}
    for (const [library, { version }] of Object.entries({ ...dependencies, ...optionalDependencies, ...built })) {
      if (version.startsWith('link:')) {
        const linked = path.posix.join(name, version.slice('link:'.length))
        if (!linked.startsWith('tooling/')) waiting.push(linked)
      } else collect(lockfile, version in lockfile.snapshots ? version : `${library}@${version}`, found)
    }
  }
  return found
}

function collect(lockfile: Lockfile, id: string, found: Set<string>): void {
  if (found.has(id)) return
  found.add(id)
  for (const need of needsOf(lockfile, id)) collect(lockfile, need, found)
}

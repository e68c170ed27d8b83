import type { Repository } from './repository.ts'
import type { RuntimeImport, SourceFacts } from './source-facts.ts'

/** What a test runs: in its own process, and in programs that it starts. */
export interface Reach {
  readonly inProcess: ReadonlySet<string>
  readonly byProcess: ReadonlySet<string>
}

/** Follows the imports of a file, name by name through faces that only hand on, and the programs that it names. */
export function reachOf(repository: Repository, start: string): Reach {
  const inProcess = closure(repository, [start])
  const programs = [...inProcess].flatMap((path) => repository.file(path)?.programs ?? [])
  return { inProcess, byProcess: closureOverProcesses(repository, programs) }
}

/** A program may start others. */
function closureOverProcesses(repository: Repository, programs: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  let wave = new Set(programs)
  while (wave.size > 0) {
    const files = closure(repository, [...wave])
    for (const path of files) reached.add(path)
    const started = [...files].flatMap((path) => repository.file(path)?.programs ?? [])
    wave = new Set(started.filter((path) => !reached.has(path)))
  }
  return reached
}

function closure(repository: Repository, starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [...starts]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = repository.file(path)
    if (file === undefined || reached.has(path)) continue
    reached.add(path)
    waiting.push(...file.imports.flatMap((used) => targetsOf(repository, file, used)))
    // A file that hands on names and does more is reached with all of it; a pure face never gets here.
    waiting.push(...file.reexports.flatMap(({ specifier }) => repository.resolved(path, specifier) ?? []))
  }
  return reached
}

/** The files that an import runs: those behind a face for the names that are used. */
function targetsOf(repository: Repository, from: SourceFacts, { specifier, names }: RuntimeImport): readonly string[] {
  const path = repository.resolved(from.path, specifier)
  const file = path === null ? undefined : repository.file(path)
  if (path === null || file === undefined) return []
  if (names === null || !isFace(file)) return [path]
  return names.flatMap((name) => {
    const handedOn = file.reexports.find((one) => one.name === name)
    if (handedOn === undefined) return []
    return targetsOf(repository, file, { specifier: handedOn.specifier, names: [name] })
  })
}

/** Whether a file does nothing but hand on names. */
function isFace({ reexports, imports, calls }: SourceFacts): boolean {
  return reexports.length > 0 && imports.length === 0 && calls.size === 0 && !reexports.some(({ name }) => name === '*')
}

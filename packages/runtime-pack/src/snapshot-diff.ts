/** One fact that two snapshots tell differently; `undefined`: it is not in that one. */
export interface Difference {
  /** `node.version`, `gateway.0.status`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** Facts that differ between any two moments and mean nothing. */
const ALWAYS_DIFFERENT = /(^|\.)(takenAt|freeBytes|\w+Ms)$/

/** What differs between two snapshots, in the order of their facts. */
export function diffSnapshots(before: unknown, after: unknown): readonly Difference[] {
  const [old, fresh] = [new Map(factsOf(before, '')), new Map(factsOf(after, ''))]
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((path) => !ALWAYS_DIFFERENT.test(path) && old.get(path) !== fresh.get(path))
    .map((path) => ({ path, before: old.get(path), after: fresh.get(path) }))
}

function* factsOf(value: unknown, path: string): Generator<[path: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, value]
    return
  }
  for (const [key, part] of Object.entries(value)) yield* factsOf(part, path === '' ? key : `${path}.${key}`)
}

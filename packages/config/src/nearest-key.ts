/** The known key that a misspelt one most likely meant, or `null` when none is near. */
export function nearestKey(written: string, known: readonly string[]): string | null {
  if (written.length > LONGEST_KEY) return null
  const wanted = normalized(written)
  let best: { readonly key: string; readonly distance: number } | null = null
  for (const key of known) {
    const distance = editDistance(wanted, normalized(key))
    if (best === null || distance < best.distance) best = { key, distance }
  }
  if (best === null) return null
  return best.distance <= Math.max(1, Math.floor(best.key.length / 3)) ? best.key : null
}

const LONGEST_KEY = 100

function normalized(key: string): string {
  return key.toLowerCase().replaceAll('-', '_')
}

/** Insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

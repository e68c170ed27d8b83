/** An immutable list sorted by a unique number. Copying some hundred references costs less than a tree at the sizes of a book. */
export type KeyedList<Entry> = readonly Entry[]

/** The entry under the key, or `undefined`. */
export function entryOf<Entry>(
  list: KeyedList<Entry>,
  key: number,
  keyOf: (entry: Entry) => number,
): Entry | undefined {
  const found = list[indexOf(list, key, keyOf)]
  return found !== undefined && keyOf(found) === key ? found : undefined
}

/** The list with the entry in its place, instead of the one under the same key. */
export function withEntry<Entry>(
  list: KeyedList<Entry>,
  entry: Entry,
  keyOf: (entry: Entry) => number,
): KeyedList<Entry> {
  const key = keyOf(entry)
  const index = indexOf(list, key, keyOf)
  const standing = list[index]
  const copy = list.slice()
  copy.splice(index, standing !== undefined && keyOf(standing) === key ? 1 : 0, entry)
  return copy
}

/** The list without the key; the same list when it was not there. */
export function withoutKey<Entry>(
  list: KeyedList<Entry>,
  key: number,
  keyOf: (entry: Entry) => number,
): KeyedList<Entry> {
  const index = indexOf(list, key, keyOf)
  const standing = list[index]
  if (standing === undefined || keyOf(standing) !== key) return list
  const copy = list.slice()
  copy.splice(index, 1)
  return copy
}

/** Index of the first entry whose key is not below the given one. */
function indexOf<Entry>(list: KeyedList<Entry>, key: number, keyOf: (entry: Entry) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = list[middle]
    if (entry !== undefined && keyOf(entry) < key) low = middle + 1
    else high = middle
  }
  return low
}

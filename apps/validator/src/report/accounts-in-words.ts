const NAMED_MAX = 3

/** Names of accounts for a sentence: the first few, and how many more there are. */
export function accountsInWords(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).join(', ')
  return names.length > NAMED_MAX ? `${named} and ${names.length - NAMED_MAX} more` : named
}

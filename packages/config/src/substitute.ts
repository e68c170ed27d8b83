/** The value of a variable, or `null` when it is unset or empty. */
export type VariableLookup = (name: string) => string | null

export interface Replaced {
  readonly kind: 'text'
  readonly text: string
  readonly variables: readonly string[]
  /** Whether the whole scalar was one placeholder, so that its result is typed anew. */
  readonly isOnePlaceholder: boolean
  /** Whether a placeholder states a default. */
  readonly hasDefault: boolean
}

export type Substitution =
  | Replaced
  | { readonly kind: 'unset'; readonly variable: string }
  | { readonly kind: 'malformed' }

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y

/**
 * Replaces `${VAR}` and `${VAR:default}` in one scalar (risk rules, 4.2). `$${` is a literal `${`, `\}` a brace inside a default.
 * What a variable holds is never expanded again.
 */
export function substitute(source: string, lookup: VariableLookup): Substitution {
  let text = ''
  let hasDefault = false
  let at = 0
  let isOnePlaceholder = false
  const variables: string[] = []
  while (at < source.length) {
    if (source.startsWith('$${', at)) {
      text += '${'
      at += 3
    } else if (source.startsWith('${', at)) {
      const placeholder = placeholderAt(source, at)
      if (placeholder === null) return { kind: 'malformed' }
      const found = lookup(placeholder.name)
      if (found === null && placeholder.fallback === null) return { kind: 'unset', variable: placeholder.name }
      if (placeholder.fallback !== null) hasDefault = true
      text += found ?? placeholder.fallback ?? ''
      variables.push(placeholder.name)
      isOnePlaceholder = at === 0 && placeholder.end === source.length
      at = placeholder.end
    } else {
      text += source[at]
      at += 1
    }
  }
  return { kind: 'text', text, variables, isOnePlaceholder, hasDefault }
}

interface Placeholder {
  readonly name: string
  readonly fallback: string | null
  readonly end: number
}

function placeholderAt(source: string, start: number): Placeholder | null {
  NAME.lastIndex = start + 2
  const name = NAME.exec(source)?.[0]
  if (name === undefined) return null
  let at = NAME.lastIndex
  if (source[at] === '}') return { name, fallback: null, end: at + 1 }
  if (source[at] !== ':') return null
  let fallback = ''
  for (at += 1; at < source.length; at += 1) {
    if (source[at] === '}') return { name, fallback, end: at + 1 }
    if (source.startsWith('\\}', at)) at += 1
    fallback += source[at]
  }
  return null
}

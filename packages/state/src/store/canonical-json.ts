import { InvariantError } from '@rm/domain'

/**
 * JSON text with the keys of every object in code unit order and nothing between the tokens, so that equal values have equal text
 * (RFC 8785 for the values that evidence is made of). A map is written as the object of its entries, a set as a list; a member that is
 * `undefined` is left out. Numbers that JSON lacks are written as text: evidence must not stop an enforcement.
 *
 * Throws `InvariantError` for a function, a symbol or a loop.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0)
}

/** Evidence is flat; whatever is deeper than this is a loop. */
const DEPTH_MAX = 64

function textOf(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw new InvariantError(`evidence nests deeper than ${DEPTH_MAX}`)
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`
    case 'bigint':
      return `"${value}"`
    case 'undefined':
      return 'null'
    case 'object':
      return value === null ? 'null' : objectText(value, depth)
    case 'function':
    case 'symbol':
    default:
      throw new InvariantError(`evidence holds a ${typeof value}`)
  }
}

function objectText(value: object, depth: number): string {
  if (Array.isArray(value) || value instanceof Set) {
    return `[${Array.from<unknown, string>(value, (item) => textOf(item, depth + 1)).join(',')}]`
  }
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value)
  const members: [string, unknown][] = []
  for (const [key, member] of entries) if (member !== undefined) members.push([String(key), member])
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${textOf(member, depth + 1)}`).join(',')}}`
}

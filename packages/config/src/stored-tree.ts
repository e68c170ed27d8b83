import { unreachable } from '@rm/domain'
import type { ConfigNode } from './config-node.ts'
import type { Place } from './diagnostic.ts'
import type { Json } from './json.ts'

/** What was written, variables replaced, without where it stood. */
export function jsonOfTree(node: ConfigNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'broken':
      return null
    case 'list':
      return node.items.map(jsonOfTree)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, jsonOfTree(entry.node)]))
    default:
      return unreachable(node)
  }
}

/** The tree that {@link jsonOfTree} made a text of. */
export function treeOfJson(json: Json): ConfigNode {
  if (json === null || typeof json !== 'object') {
    const isQuoted = typeof json === 'string'
    return { kind: 'scalar', at: STORED, value: json, text: String(json), isQuoted, origin: 'literal', variables: [] }
  }
  if (isList(json)) return { kind: 'list', at: STORED, items: json.map(treeOfJson) }
  const entries = Object.entries(json).map(([key, value]) => [key, { keyAt: STORED, node: treeOfJson(value) }] as const)
  return { kind: 'map', at: STORED, entries: new Map(entries) }
}

const STORED: Place = { file: 'stored settings', line: 1, column: 1, layer: 'store' }

/** `Array.isArray` does not narrow a read-only list. */
function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json)
}

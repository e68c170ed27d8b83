import { unreachable } from '@rm/domain'
import type { Place } from './diagnostic.ts'

/** A value of a configuration file that still knows where it stands. */
export type ConfigNode = MapNode | ListNode | ScalarNode | BrokenNode

export interface MapNode {
  readonly kind: 'map'
  readonly at: Place
  readonly entries: ReadonlyMap<string, MapEntry>
}

export interface MapEntry {
  readonly keyAt: Place
  readonly node: ConfigNode
}

interface ListNode {
  readonly kind: 'list'
  readonly at: Place
  readonly items: readonly ConfigNode[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: Place
  readonly value: string | number | boolean | null
  /** The text of the scalar after substitution and before typing. */
  readonly text: string
  readonly isQuoted: boolean
  /** `variable`: the whole text is one variable; `default`: a placeholder states a default; `mixed`: text around variables. */
  readonly origin: 'literal' | 'variable' | 'default' | 'mixed'
  /** Variables that were put in; their value is never shown. */
  readonly variables: readonly string[]
}

/** A value that is reported already. It counts as given, and nothing more is said about it. */
interface BrokenNode {
  readonly kind: 'broken'
  readonly at: Place
}

/** The node at a path of keys and list positions, or `null`. */
export function nodeAt(root: ConfigNode, path: readonly PropertyKey[]): ConfigNode | null {
  let node: ConfigNode = root
  for (const part of path) {
    const next: ConfigNode | undefined = childOf(node, part)
    if (next === undefined) return null
    node = next
  }
  return node
}

/** Where a path stands, or its nearest existing parent. An unknown key is found by its own name. */
export function placeOf(root: ConfigNode, path: readonly PropertyKey[]): Place {
  let at = root.at
  let node: ConfigNode | undefined = root
  for (const part of path) {
    const child: ConfigNode | undefined = childOf(node, part)
    if (child === undefined) return at
    at = child.kind === 'map' || child.kind === 'list' ? (keyPlace(node, part) ?? child.at) : child.at
    node = child
  }
  return at
}

/** Where the key itself stands, or its nearest existing parent. */
export function placeOfKey(root: ConfigNode, path: readonly PropertyKey[]): Place {
  const parent = nodeAt(root, path.slice(0, -1))
  const last = path.at(-1)
  return (parent !== null && last !== undefined ? keyPlace(parent, last) : null) ?? placeOf(root, path)
}

/** Whether a problem at this path, or at a parent of it, is reported already. */
export function isBroken(root: ConfigNode, path: readonly PropertyKey[]): boolean {
  for (let length = 0; length <= path.length; length += 1) {
    const node = nodeAt(root, path.slice(0, length))
    if (node === null) return false
    if (node.kind === 'broken') return true
  }
  return false
}

export function mapAt(root: ConfigNode, path: readonly PropertyKey[]): MapNode | null {
  const node = nodeAt(root, path)
  return node?.kind === 'map' ? node : null
}

/** Whether the key was written, with whatever value. */
export function isGiven(root: ConfigNode | null, path: readonly PropertyKey[]): boolean {
  const node = root === null ? null : nodeAt(root, path)
  return node !== null && !isNull(node)
}

export function isNull(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** The value alone, as a schema reads it. */
export function plainOf(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'broken':
      return undefined
    case 'list':
      return node.items.map(plainOf)
    case 'map': {
      const plain: Record<string, unknown> = {}
      for (const [key, entry] of node.entries) plain[key] = plainOf(entry.node)
      return plain
    }
    default:
      return unreachable(node)
  }
}

export function emptyMap(at: Place): MapNode {
  return { kind: 'map', at, entries: new Map() }
}

function childOf(node: ConfigNode, part: PropertyKey): ConfigNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(part))?.node
  return node.kind === 'list' && typeof part === 'number' ? node.items[part] : undefined
}

function keyPlace(node: ConfigNode, part: PropertyKey): Place | null {
  return node.kind === 'map' ? (node.entries.get(String(part))?.keyAt ?? null) : null
}

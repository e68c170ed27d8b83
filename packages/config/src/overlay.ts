import { type ConfigNode, isNull, type MapEntry, type MapNode } from './config-node.ts'

/**
 * Lays one layer over another (risk rules, 4.1): maps merge key by key, lists and scalars replace. Every value keeps the place it was
 * written at. An empty section (all its keys commented out) hides nothing.
 */
export function overlay(below: MapNode | null, above: MapNode): MapNode {
  if (below === null) return above
  const entries = new Map<string, MapEntry>(below.entries)
  for (const [key, { keyAt, node }] of above.entries) {
    const under = entries.get(key)?.node
    entries.set(key, { keyAt, node: under === undefined ? node : laidOver(under, node) })
  }
  return { kind: 'map', at: above.at, entries }
}

/** An override without its empty values: each of them means "take what lies below". */
export function withoutEmptyValues(layer: MapNode): MapNode {
  const entries = new Map<string, MapEntry>()
  for (const [key, { keyAt, node }] of layer.entries) {
    if (isNull(node)) continue
    entries.set(key, { keyAt, node: node.kind === 'map' ? withoutEmptyValues(node) : node })
  }
  return { kind: 'map', at: layer.at, entries }
}

function laidOver(under: ConfigNode, node: ConfigNode): ConfigNode {
  if (under.kind !== 'map') return node
  if (isNull(node)) return under
  return node.kind === 'map' ? overlay(under, node) : node
}

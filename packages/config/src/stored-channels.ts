import { mapAt, type ConfigNode, type MapNode } from './config-node.ts'
import type { Json } from './json.ts'
import type { RefusedConfig } from './loaded-config.ts'
import { jsonOfTree } from './stored-tree.ts'

/** The sections by which people are called. Some of their values are credentials. */
export const CALLING_SECTIONS = ['notifications', 'heartbeat'] as const

/** What a variable gave is kept as its name, so that no credential is stored. */
const VARIABLE = '$variable'

/** The sections as they were written, with the names of their variables instead of what these held. */
export function storedChannelsOf(base: MapNode): Json {
  const general = mapAt(base, ['general'])
  const sections = CALLING_SECTIONS.flatMap((name) => {
    const node = general?.entries.get(name)?.node
    return node === undefined ? [] : [[name, named(node)] as const]
  })
  return Object.fromEntries(sections)
}

/**
 * The sections with what their variables hold today. A channel of which a variable is gone is left out: the others call all the same.
 *
 * @param stored - as {@link storedChannelsOf} gave it
 */
export function recalledChannels(stored: Json, variable: RefusedConfig['variable']): Record<string, Json> {
  if (!isRecord(stored)) return {}
  const recalled: Record<string, Json> = {}
  for (const [name, section] of Object.entries(stored)) {
    if (!isRecord(section)) continue
    const whole = filled(section, variable)
    if (whole !== undefined) recalled[name] = whole
    // Only the notifications have channels of their own below them.
    else if (name === 'notifications') recalled[name] = channelsThatStand(section, variable)
  }
  return recalled
}

function channelsThatStand(section: Readonly<Record<string, Json>>, variable: RefusedConfig['variable']): Json {
  const standing = Object.entries(section).flatMap(([name, channel]) => {
    const whole = filled(channel, variable)
    return whole === undefined ? [] : [[name, whole] as const]
  })
  return Object.fromEntries(standing)
}

function named(node: ConfigNode): Json {
  if (node.kind === 'map') {
    return Object.fromEntries([...node.entries].map(([key, entry]) => [key, named(entry.node)]))
  }
  if (node.kind === 'list') return node.items.map(named)
  if (node.kind !== 'scalar' || node.origin === 'literal') return jsonOfTree(node)
  const [name] = node.variables
  // Text around a variable may hold a credential, and no variable alone gives it back: it counts as one that is gone.
  return { [VARIABLE]: node.origin === 'variable' && name !== undefined ? name : '' }
}

/** The value with its variables put in; `undefined`: one of them is gone. */
function filled(value: Json, variable: RefusedConfig['variable']): Json | undefined {
  if (isList(value)) {
    const items = value.flatMap((item) => filled(item, variable) ?? [])
    return items.length < value.length ? undefined : items
  }
  if (!isRecord(value)) return value
  const name = value[VARIABLE]
  if (typeof name === 'string') return variable(name) ?? undefined
  const whole: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) {
    const held = filled(item, variable)
    if (held === undefined) return undefined
    whole[key] = held
  }
  return whole
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value)
}

/** `Array.isArray` does not narrow a read-only list. */
function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

import { SETTINGS_FILES, settingsSchema, type SchemaNode, type SettingsFile } from './settings-schema.ts'

/** One key that a file may hold. */
export interface Setting {
  readonly file: SettingsFile
  /** `general.logging.level`, `accounts[].id`, `per_instrument_sessions.NAME.start`. */
  readonly path: string
  /** The kind of value in words, with its range. */
  readonly kind: string
  /** As it would be written; `undefined` when there is none. */
  readonly default: unknown
  /** Has to be written by some layer, when its section is in force. */
  readonly isRequired: boolean
  readonly meaning: string
  /** What could be written, of another value than the default where that is possible. */
  readonly examples: readonly unknown[]
}

/** A map of keys, a list of such maps, or maps under names of one's own. */
export interface SettingSection {
  readonly path: string
  readonly meaning: string
}

/** Every key of every file, in the order of the schemas. */
export function allSettings(): readonly Setting[] {
  return Object.keys(SETTINGS_FILES).flatMap((file) => (isSettingsFile(file) ? settingsOf(file).filter(isSetting) : []))
}

/** Whether an entry is a key with a value of its own. */
export function isSetting(entry: Setting | SettingSection): entry is Setting {
  return 'kind' in entry
}

/** The keys and the sections of one file, each section before what stands in it. */
export function settingsOf(file: SettingsFile): readonly (Setting | SettingSection)[] {
  const entries: (Setting | SettingSection)[] = []
  const walk = (node: SchemaNode, path: string, isRequired: boolean): void => {
    const { properties, additionalProperties: others, items } = node
    if (properties !== undefined) {
      if (path !== '') entries.push({ path, meaning: node.description ?? '' })
      for (const [key, child] of Object.entries(properties)) {
        if (typeof child === 'object')
          walk(child, path === '' ? key : `${path}.${key}`, node.required?.includes(key) === true)
      }
    } else if (isMap(others)) walk({ ...others, description: node.description ?? '' }, `${path}.NAME`, false)
    else if (isSingle(items) && isMap(items)) {
      walk({ ...items, description: node.description ?? '' }, `${path}[]`, isRequired)
    } else entries.push(settingOf(file, node, path, isRequired))
  }
  walk(settingsSchema(file), '', false)
  return entries
}

function isMap(node: SchemaNode | boolean | undefined): node is SchemaNode {
  return typeof node === 'object' && node.properties !== undefined
}

export function isSettingsFile(word: string): word is SettingsFile {
  return Object.hasOwn(SETTINGS_FILES, word)
}

function settingOf(file: SettingsFile, node: SchemaNode, path: string, isRequired: boolean): Setting {
  const others = valuesOf(node).filter((value) => JSON.stringify(value) !== JSON.stringify(node.default))
  return {
    file,
    path,
    kind: kindOf(node),
    default: node.default,
    isRequired,
    meaning: node.description ?? '',
    examples: others,
  }
}

/** Values that the schema itself names. */
function valuesOf(node: SchemaNode): readonly unknown[] {
  if (node.examples !== undefined) return node.examples
  if (node.enum !== undefined) return node.enum
  if (node.type === 'boolean') return node.const === undefined ? [true, false] : [node.const]
  if (node.const !== undefined) return [node.const]
  const forms = node.anyOf?.flatMap(valuesOf) ?? []
  if (forms.length > 0) return forms
  if (node.type === 'array' && isSingle(node.items)) return valuesOf(node.items).map((value) => [value])
  const { minimum, maximum } = node
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined)
  if (bounds.length > 0) return bounds
  return node.type === 'string' ? ['text'] : []
}

function kindOf(node: SchemaNode): string {
  if (node.title !== undefined) return node.title
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return listed(node.enum.map((value) => `\`${String(value)}\``))
  if (node.anyOf !== undefined) return listed(node.anyOf.map(kindOf))
  if (node.type === 'boolean') return '`true` or `false`'
  if (node.type === 'integer') return `whole number${rangeOf(node)}`
  if (node.type === 'number') return `number${rangeOf(node)}`
  if (node.type === 'null') return 'empty'
  if (node.type === 'string') return 'text'
  const { items, additionalProperties: others } = node
  if (node.type === 'array') return `list of: ${isSingle(items) ? kindOf(items) : 'anything'}`
  return typeof others === 'object' ? `map of names to: ${kindOf(others)}` : 'map'
}

function isSingle(items: SchemaNode['items']): items is SchemaNode {
  return typeof items === 'object' && !Array.isArray(items)
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  const least = minimum ?? (typeof exclusiveMinimum === 'number' ? `above ${exclusiveMinimum}` : undefined)
  if (least === undefined) return maximum === undefined ? '' : `, at most ${maximum}`
  return maximum === undefined ? `, at least ${least}` : `, ${least} to ${maximum}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

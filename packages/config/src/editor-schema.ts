import { SETTINGS_FILES, settingsSchema, type SchemaNode, type SettingsFile } from './settings-schema.ts'
import { DAEMON_KEYS } from './risk-layer.ts'

/**
 * The JSON Schema (draft 2020-12) by which an editor completes and checks one of the files. It accepts whatever the program accepts: variables
 * in place of values, and in the layers of the risk settings the parts that another layer completes. What several keys together
 * have to keep, only `config check` can say.
 */
export function editorSchema(file: SettingsFile): SchemaNode {
  const schema = settingsSchema(file)
  const content =
    file === 'accounts' ? withOverrides(forEditor(schema, WHOLE)) : forEditor(schema, file === 'risk' ? LAYER : WHOLE)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: SETTINGS_FILES[file],
    ...content,
    $defs: { variable: VARIABLE, ...(file === 'accounts' ? { overrides: overridesSchema() } : {}) },
  }
}

/** How strictly a file is looked at. */
interface Strictness {
  /** Whether keys without a default have to be there. */
  readonly needsAll: boolean
  /** Whether every value may be empty, to take what lies below. */
  readonly mayBeEmpty: boolean
}

const WHOLE: Strictness = { needsAll: true, mayBeEmpty: false }
const LAYER: Strictness = { needsAll: false, mayBeEmpty: false }
const OVERRIDE: Strictness = { needsAll: false, mayBeEmpty: true }

const VARIABLE: SchemaNode = {
  description: 'A variable: `${NAME}`, or `${NAME:text}` with a default.',
  type: 'string',
  pattern: String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*[:}]`,
}

const EMPTY: SchemaNode = { type: 'null' }

function withOverrides(accounts: SchemaNode): SchemaNode {
  const { properties = {} } = accounts
  const { accounts: list, monitored_account: single } = properties
  return {
    ...accounts,
    properties: {
      ...properties,
      ...(isNode(list) && isNode(list.items) ? { accounts: { ...list, items: entryWithOverrides(list.items) } } : {}),
      ...(isNode(single) ? { monitored_account: entryWithOverrides(single) } : {}),
    },
  }
}

function entryWithOverrides(entry: SchemaNode): SchemaNode {
  const { properties = {} } = entry
  const { config_overrides: written } = properties
  const described = isNode(written) ? written : {}
  return { ...entry, properties: { ...properties, config_overrides: { ...described, $ref: '#/$defs/overrides' } } }
}

/** What an account may lay over the shared settings: no profile, and nothing that is one for the whole daemon. */
function overridesSchema(): SchemaNode {
  const { properties: { profile: _, general, ...rest } = {}, ...root } = forEditor(settingsSchema('risk'), OVERRIDE)
  return {
    ...root,
    type: ['object', 'null'],
    properties: { ...rest, ...(isNode(general) ? { general: ofAccount(general) } : {}) },
  }
}

function ofAccount(general: SchemaNode): SchemaNode {
  const properties = Object.entries(general.properties ?? {}).filter(([key]) => !DAEMON_KEYS.some((one) => one === key))
  return { ...general, properties: Object.fromEntries(properties) }
}

function forEditor(node: SchemaNode, strictness: Strictness): SchemaNode {
  if (node.properties !== undefined || node.additionalProperties !== undefined) return mapForEditor(node, strictness)
  if (node.type === 'array') {
    const { items } = node
    // An entry of a list is never completed by another layer.
    const inList = { ...node, ...(isNode(items) ? { items: forEditor(items, { ...strictness, needsAll: true }) } : {}) }
    return strictness.mayBeEmpty ? { ...inList, type: ['array', 'null'] } : inList
  }
  return scalarForEditor(node, strictness)
}

function mapForEditor(node: SchemaNode, strictness: Strictness): SchemaNode {
  const { required, properties, additionalProperties: others, type, ...rest } = node
  const below = (child: SchemaNode): SchemaNode => forEditor(child, strictness)
  return {
    ...rest,
    type: strictness.mayBeEmpty ? ['object', 'null'] : (type ?? 'object'),
    ...(properties === undefined ? {} : { properties: mapValues(properties, below) }),
    ...(others === undefined
      ? {}
      : { additionalProperties: isNode(others) && Object.keys(others).length > 0 ? below(others) : others }),
    ...(strictness.needsAll && required !== undefined ? { required } : {}),
  }
}

/** A scalar may be a variable instead; only a text without a form of its own includes it already. */
function scalarForEditor(node: SchemaNode, { mayBeEmpty }: Strictness): SchemaNode {
  const { title, description, default: byDefault, examples, anyOf, ...form } = node
  const isFree =
    form.type === 'string' && form.pattern === undefined && form.enum === undefined && form.const === undefined
  const forms = anyOf ?? [form]
  const alternatives = [...forms, ...(isFree ? [] : [{ $ref: '#/$defs/variable' }]), ...(mayBeEmpty ? [EMPTY] : [])]
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(examples === undefined ? {} : { examples }),
    ...(alternatives.length === 1 ? alternatives[0] : { anyOf: alternatives }),
  }
}

function mapValues(
  properties: Readonly<Record<string, SchemaNode | boolean>>,
  change: (node: SchemaNode) => SchemaNode,
): Record<string, SchemaNode> {
  const changed: Record<string, SchemaNode> = {}
  for (const [key, node] of Object.entries(properties)) if (isNode(node)) changed[key] = change(node)
  return changed
}

function isNode(node: unknown): node is SchemaNode {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

import { type LockoutTerm, unreachable } from '@rm/domain'
import { EVALUATION_ORDER, type RuleId, rules } from '@rm/rules'
import { z } from 'zod'
import { EntrySchema, MonitoredAccountSchema } from './accounts-file.ts'
import { ApiSchema } from './api-file.ts'
import { CriteriaSchema } from './criteria-file.ts'
import { GeneralSchema } from './general-settings.ts'
import { TimersSchema } from './timers-file.ts'

/** The files that have a schema, by the word for them on the command line. */
export const SETTINGS_FILES = {
  risk: 'risk_config.yaml',
  timers: 'timers_config.yaml',
  accounts: 'accounts.yaml',
  api: 'api_config.yaml',
  validation: 'validation_criteria.yaml',
} as const

export type SettingsFile = keyof typeof SETTINGS_FILES

/** A node of a JSON Schema (draft 2020-12). */
export type SchemaNode = z.core.JSONSchema.BaseSchema

/**
 * What the zod schemas say of one file, as JSON Schema: the values as they are written, with every key's meaning, default and examples.
 * Nothing is said yet of variables and of layers (see `editorSchema`).
 */
export function settingsSchema(file: SettingsFile): SchemaNode {
  switch (file) {
    case 'risk':
      return riskSchema()
    case 'timers':
      return jsonSchemaOf(TimersSchema)
    case 'accounts':
      return accountsSchema()
    case 'api':
      return jsonSchemaOf(ApiSchema)
    case 'validation':
      return jsonSchemaOf(CriteriaSchema)
    default:
      return unreachable(file)
  }
}

function riskSchema(): SchemaNode {
  const ids = EVALUATION_ORDER.toSorted((a, b) => compare(rules[a].code, rules[b].code))
  const schemas = Object.fromEntries(ids.map((id) => [id, ruleSchema(id)]))
  return object('', {
    schema_version: { type: 'integer', const: 1, default: 1, description: 'Version of the form of this file.' },
    profile: {
      type: 'string',
      minLength: 1,
      title: 'a name',
      description: "The firm's numbers for a plan size: `topstepx-50k` is short for `profiles/topstepx-50k.yaml`.",
      examples: ['topstepx-50k', 'topstepx-100k', 'topstepx-150k', 'topstepx-practice'],
    },
    general: section({ ...jsonSchemaOf(GeneralSchema), description: 'What is not a rule.' }),
    rules: section(object('The rules, by their key.', schemas)),
  })
}

function ruleSchema(id: RuleId): SchemaNode {
  const { code, title, settings } = rules[id]
  return section({ ...jsonSchemaOf(settings), description: `${code}: ${title}.` })
}

function accountsSchema(): SchemaNode {
  const entry = jsonSchemaOf(EntrySchema)
  return object('', {
    topstepx: {
      ...object('The login, by variables only.', {
        username: credential('The ProjectX user name.', '${PROJECTX_USERNAME}'),
        api_key: credential('The API key; written into the file it is refused.', '${PROJECTX_API_KEY}'),
      }),
      required: ['username', 'api_key'],
    },
    accounts: { type: 'array', minItems: 1, items: entry, description: 'The accounts of the login that are watched.' },
    monitored_account: {
      ...jsonSchemaOf(MonitoredAccountSchema),
      deprecated: true,
      description: 'The older form for a single account; understood alone, with a warning.',
    },
  })
}

/** May be there with all its keys commented out. */
function section(node: SchemaNode): SchemaNode {
  return { ...node, type: ['object', 'null'] }
}

function credential(description: string, example: string): SchemaNode {
  return { type: 'string', title: 'a variable', pattern: String.raw`^\$\{`, description, examples: [example] }
}

function object(description: string, properties: Record<string, SchemaNode>): SchemaNode {
  return { type: 'object', ...(description === '' ? {} : { description }), properties, additionalProperties: false }
}

function jsonSchemaOf(schema: z.core.$ZodType): SchemaNode {
  const { $schema: _, ...node } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // zod leaves out what a schema that reads its value itself says of the value as it is written.
      const { _zod: internals } = zodSchema
      const { def } = internals
      if (def.type === 'default' || def.type === 'prefault') jsonSchema.default = asWritten(def.defaultValue)
      const examples = z.globalRegistry.get(zodSchema)?.['examples']
      if (Array.isArray(examples)) jsonSchema.examples = examples
      // A section that may be left out says so by its keys.
      if (jsonSchema.properties !== undefined) delete jsonSchema.default
      // The bounds of whole numbers in general say nothing about this one.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  return node
}

/** A default as a file would write it: a schema may state what it reads instead. */
function asWritten(value: unknown): unknown {
  return isLockoutTerm(value) ? (value.kind === 'until-reset' ? 'until_reset' : `${value.ms / 1_000}s`) : value
}

function isLockoutTerm(value: unknown): value is LockoutTerm {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && ('ms' in value || value.kind === 'until-reset')
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { editorSchema } from '../src/editor-schema.ts'
import { SETTINGS_FILES, type SettingsFile } from '../src/settings-schema.ts'

export const FILES = ['risk', 'timers', 'accounts', 'api', 'validation'] as const satisfies readonly SettingsFile[]

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
const validators = new Map<SettingsFile, ValidateFunction>()

/** Key paths and complaints of a real JSON Schema validator about a YAML text, as an editor would show them. */
export function complaintsOf(file: SettingsFile, yaml: string): readonly string[] {
  const validate = validators.get(file) ?? ajv.compile(editorSchema(file))
  validators.set(file, validate)
  // A file that holds only comments is an empty map to the program.
  const content: unknown = parse(yaml, { version: '1.2' }) ?? {}
  validate(content)
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

/** What an editor objects to in files that the program accepts. */
export function falseAlarmsIn(files: Readonly<Record<string, string | Uint8Array | null>>): readonly string[] {
  return FILES.flatMap((file) => {
    const text = files[SETTINGS_FILES[file]]
    return typeof text === 'string' ? complaintsOf(file, text).map((complaint) => `${file}: ${complaint}`) : []
  })
}

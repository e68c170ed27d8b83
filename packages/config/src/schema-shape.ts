import type { z } from 'zod'

type AnySchema = z.core.$ZodType

/** How settings are parsed: zod compiles a schema on its first use, which does not pay for a value that is read once. */
export const ONCE: z.core.ParseContext<z.core.$ZodIssue> = { jitless: true }

/** The keys of the object that a schema describes, through defaults and optionality; `null` when it describes something else. */
export function keysOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | null {
  const def = definitionOf(schema)
  return def.type === 'object' ? def.shape : null
}

/** Whether an object schema takes keys that it does not list. */
export function takesAnyKey(schema: AnySchema): boolean {
  const def = definitionOf(schema)
  if (def.type !== 'object' || def.catchall === undefined) return false
  return definitionOf(def.catchall).type !== 'never'
}

/** What a schema says about the value at a path, or `null` where it says nothing. */
export function schemaAt(schema: AnySchema, path: readonly PropertyKey[]): AnySchema | null {
  let current: AnySchema = schema
  for (const part of path) {
    const def = definitionOf(current)
    let next: AnySchema | undefined
    if (def.type === 'object') next = Object.hasOwn(def.shape, String(part)) ? def.shape[String(part)] : undefined
    else if (def.type === 'array') next = def.element
    else if (def.type === 'record') next = def.valueType
    if (next === undefined) return null
    current = next
  }
  return current
}

/** The definition behind defaults, optionality and transformations. */
function definitionOf(schema: AnySchema): z.core.$ZodTypes['_zod']['def'] {
  // zod's closed union of its own kinds: every schema is one of them.
  let { _zod: internals } = schema as z.core.$ZodTypes
  for (;;) {
    const { def } = internals
    const inner = 'innerType' in def ? def.innerType : def.type === 'pipe' ? def.in : null
    if (inner === null) return def
    ;({ _zod: internals } = inner as z.core.$ZodTypes)
  }
}

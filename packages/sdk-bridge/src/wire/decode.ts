import type { z } from 'zod'

/** One element of a hub callback: an entity, or something that is not one and must be counted and looked into. */
export type HubDecoded<Entity> =
  | { readonly ok: true; readonly action: number | undefined; readonly value: Entity }
  | { readonly ok: false; readonly reason: string; readonly raw: unknown }

/** Nested arrays deeper than this are refused: no recorded form has more than one. */
const deepestArray = 4

/**
 * Decodes the argument of a hub callback in each form that has been seen: `{action, data}`, the bare entity, an array of either
 * (also nested), keys in PascalCase. Null elements of an array are skipped. Everything else comes back as `ok: false`; nothing is
 * dropped and nothing is thrown.
 */
export function decodeHubArgument<Entity>(schema: z.ZodType<Entity>, argument: unknown): readonly HubDecoded<Entity>[] {
  if (isRecord(argument)) return decodeRecord(schema, argument)
  const decoded: HubDecoded<Entity>[] = []
  decodeInto(decoded, schema, argument, undefined, 0)
  return decoded
}

function decodeRecord<Entity>(
  schema: z.ZodType<Entity>,
  record: Readonly<Record<string, unknown>>,
): readonly HubDecoded<Entity>[] {
  const data = record['data']
  if (isRecord(data) && record['action'] !== undefined) return [decodeEntity(schema, data, actionOf(record['action']))]
  const decoded: HubDecoded<Entity>[] = []
  decodeWrapper(decoded, schema, record, undefined, 0)
  return decoded
}

function decodeInto<Entity>(
  decoded: HubDecoded<Entity>[],
  schema: z.ZodType<Entity>,
  argument: unknown,
  action: number | undefined,
  depth: number,
): void {
  if (Array.isArray(argument)) {
    if (depth === deepestArray) {
      decoded.push({ ok: false, reason: `arrays nested deeper than ${deepestArray}`, raw: argument })
      return
    }
    for (const element of argument) {
      if (element !== null) decodeInto(decoded, schema, element, action, depth + 1)
    }
  } else if (isRecord(argument)) {
    decodeWrapper(decoded, schema, argument, action, depth)
  } else {
    decoded.push({ ok: false, reason: `expected an object, got ${nameOf(argument)}`, raw: argument })
  }
}

/** A wrapper of any spelling, or else the entity itself, which inherits the action of a wrapper around its array. */
function decodeWrapper<Entity>(
  decoded: HubDecoded<Entity>[],
  schema: z.ZodType<Entity>,
  record: Readonly<Record<string, unknown>>,
  action: number | undefined,
  depth: number,
): void {
  const data = record['data'] ?? record['Data']
  const own = record['action'] ?? record['Action']
  const isWrapper = typeof data === 'object' && data !== null && ('action' in record || 'Action' in record)
  if (isWrapper) decodeInto(decoded, schema, data, actionOf(own), depth)
  else decoded.push(decodeEntity(schema, record, action))
}

function decodeEntity<Entity>(
  schema: z.ZodType<Entity>,
  record: Readonly<Record<string, unknown>>,
  action: number | undefined,
): HubDecoded<Entity> {
  const parsed = schema.safeParse(record)
  if (parsed.success) return { ok: true, action, value: parsed.data }
  const folded = foldFirstLetters(record)
  if (folded !== undefined) {
    const second = schema.safeParse(folded)
    if (second.success) return { ok: true, action, value: second.data }
    return { ok: false, reason: reasonOf(second.error), raw: record }
  }
  return { ok: false, reason: reasonOf(parsed.error), raw: record }
}

/** A copy with lower-case first letters, or nothing when no key begins with a capital. A key that is there in both spellings stays. */
function foldFirstLetters(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const keys = Object.keys(record)
  if (!keys.some((key) => isCapital(key.charCodeAt(0)))) return undefined
  const folded: Record<string, unknown> = {}
  for (const key of keys) {
    const lower = key.charAt(0).toLowerCase() + key.slice(1)
    if (lower === key || !(lower in record)) folded[lower] = record[key]
  }
  return folded
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function actionOf(action: unknown): number | undefined {
  const number = typeof action === 'string' && action !== '' ? Number(action) : action
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

/** Field names and what was wrong with them, never the values: they may be private and end in a log. */
function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`).join('; ')
}

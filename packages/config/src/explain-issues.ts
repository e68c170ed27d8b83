import { unreachable } from '@rm/domain'
import type { z } from 'zod'
import { type ConfigNode, isBroken, type MapNode, nodeAt, placeOf, placeOfKey } from './config-node.ts'
import { type Complaint, keyPathOf, type Report } from './diagnostic.ts'
import { nearestKey } from './nearest-key.ts'
import { keysOf, schemaAt } from './schema-shape.ts'
import { masked } from './secret.ts'
import type { Objection } from './setting-types.ts'

/** Keys of earlier versions and of other tools, by key path below the schema's root or by bare name, with what replaces them. */
export type RenamedKeys = Readonly<Record<string, string>>

export interface Examined {
  /** The tree in which paths are looked up. */
  readonly root: MapNode
  /** Where in the tree the examined value stands. */
  readonly path: readonly PropertyKey[]
  readonly schema: z.core.$ZodType
  readonly renamedKeys?: RenamedKeys
}

/** Reports what a schema objects to, with the place and the words that a reader needs. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], examined: Examined, report: Report): void {
  for (const issue of issues) explainIssue(issue, examined, report)
}

function explainIssue(issue: z.core.$ZodIssue, examined: Examined, report: Report): void {
  const { root, schema } = examined
  const path = [...examined.path, ...issue.path]
  if (isBroken(root, path)) return
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(keysOf(schemaAt(schema, issue.path) ?? schema) ?? {})
    for (const key of issue.keys) {
      const keyPath = [...path, key]
      const hint = hintFor([...issue.path, key], examined.renamedKeys ?? {})
      report.error(placeOfKey(root, keyPath), keyPathOf(keyPath), unknownKey(key, known, hint))
    }
    return
  }
  const node = nodeAt(root, path)
  const objection = objectionOf(issue)
  if (node === null) report.error(placeOf(root, path), keyPathOf(path), missingKey(path, objection))
  else report.error(placeOf(root, path), keyPathOf(path), { ...objection, got: describe(node, path) })
}

function hintFor(path: readonly PropertyKey[], renamedKeys: RenamedKeys): string | undefined {
  for (const name of [keyPathOf(path), String(path.at(-1))])
    if (Object.hasOwn(renamedKeys, name)) return renamedKeys[name]
  return undefined
}

/** A key that no schema knows. Its value is not shown: a credential under a wrong name is still one. */
export function unknownKey(key: string, known: readonly string[], hint: string | undefined): Complaint {
  const near = nearestKey(key, known)
  return {
    expected: known.length === 0 ? 'no key here' : `one of ${known.toSorted().join(', ')}`,
    got: `\`${shortened(key)}\``,
    why: 'an unknown key does nothing, and a misspelt one would silently switch a protection off',
    ...(hint === undefined ? adviceByName(near) : adviceByHint(hint)),
  }
}

function adviceByName(near: string | null): Pick<Complaint, 'fix' | 'also'> {
  return near === null ? { fix: 'remove the key' } : { fix: `write \`${near}\``, also: `nearest known key: ${near}` }
}

function adviceByHint(hint: string): Pick<Complaint, 'fix' | 'also'> {
  const also = 'it is the key of an earlier version or of another tool'
  return hint.startsWith('nothing') ? { fix: `remove the key, ${hint}`, also } : { fix: `write instead ${hint}`, also }
}

function missingKey(path: readonly PropertyKey[], objection: Objection): Complaint {
  const key = String(path.at(-1) ?? '')
  return {
    expected: objection.expected,
    got: 'nothing',
    why: `${objection.why}; it has no default`,
    fix: `add \`${key}:\` with ${objection.expected}`,
    ...(objection.also === undefined ? {} : { also: objection.also }),
  }
}

/** What the file holds, without giving away a variable's value or anything that looks like a credential. */
export function describe(node: ConfigNode, path: readonly PropertyKey[]): string {
  switch (node.kind) {
    case 'map':
      return node.entries.size === 0 ? 'an empty map' : 'a map of keys'
    case 'list':
      return node.items.length === 0 ? 'an empty list' : `a list of ${node.items.length}`
    case 'broken':
      return 'something unreadable'
    case 'scalar':
      if (node.variables.length > 0) return `the value of ${node.variables.join(' and ')}`
      if (isSecretPath(path)) return masked(node.text)
      if (node.value === null) return 'nothing'
      return typeof node.value === 'string' ? JSON.stringify(shortened(withoutCredentials(node.value))) : node.text
    default:
      return unreachable(node)
  }
}

const SECRET_KEY = /key|token|secret|passw|webhook|credential/i

/** Whether the value at a path is a credential, judged by its name. */
export function isSecretPath(path: readonly PropertyKey[]): boolean {
  return path.some((part) => SECRET_KEY.test(String(part)))
}

/** An address without the credentials that somebody may have put into it. */
function withoutCredentials(written: string): string {
  return written.replace(/\/\/[^/\s]*@/, '//***@').replace(/\?.*$/s, '?***')
}
const SHOWN_MAX = 60

function shortened(written: string): string {
  return written.length <= SHOWN_MAX ? written : `${written.slice(0, SHOWN_MAX)}…`
}

function objectionOf(issue: z.core.$ZodIssue): Objection {
  const why = 'another value has no meaning for this key'
  switch (issue.code) {
    case 'custom':
      return customObjection(issue)
    case 'invalid_type': {
      const expected = TYPE_NAMES[issue.expected] ?? issue.expected
      return { expected, why, fix: `write ${expected}${TYPE_HINTS[issue.expected] ?? ''}` }
    }
    case 'invalid_value': {
      const expected = issue.values.map((value) => `\`${String(value)}\``).join(' or ')
      return { expected, why, fix: `write ${expected}` }
    }
    case 'too_big': {
      const expected = `${issue.inclusive === true ? 'at most' : 'less than'} ${String(issue.maximum)}`
      return { expected, why: 'a larger value has no meaning for this key', fix: `write ${expected}` }
    }
    case 'too_small': {
      const expected = `${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}`
      return { expected, why: 'a smaller value has no meaning for this key', fix: `write ${expected}` }
    }
    case 'invalid_union': {
      const [first] = issue.errors.flat()
      if (first !== undefined && first.code === 'custom') return customObjection(first)
      return { expected: 'one of the forms that the documentation lists', why, fix: 'see the documentation of the key' }
    }
    case 'invalid_format':
      return { expected: `a text of the form ${issue.format}`, why, fix: 'write it in that form' }
    case 'not_multiple_of':
      return { expected: `a multiple of ${issue.divisor}`, why, fix: `write a multiple of ${issue.divisor}` }
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return { expected: 'a key and value of the documented form', why, fix: 'see the documentation of the key' }
    default:
      return unreachable(issue)
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
}

const TYPE_HINTS: Readonly<Record<string, string>> = {
  int: ', without quotes',
  number: ', without quotes',
  string: ', in quotes if it looks like a number',
  boolean: '; in YAML 1.2 yes, no, on and off are texts',
}

function customObjection(issue: { readonly message: string; readonly params?: unknown }): Objection {
  const said: Partial<Objection> = typeof issue.params === 'object' && issue.params !== null ? issue.params : {}
  return {
    expected: said.expected ?? issue.message,
    why: said.why ?? issue.message,
    fix: said.fix ?? `write ${said.expected ?? 'what is expected'}`,
    ...(said.also === undefined ? {} : { also: said.also }),
  }
}

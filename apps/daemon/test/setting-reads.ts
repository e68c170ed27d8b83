import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/*
 * Two ways to know that a setting is read: by watching the program take it, and by its name in the code of the one rule that it belongs to.
 */

/** A value that notes which of its parts are taken, as `general.logging.level`, entries of lists as `accounts[].name`. */
export function watched<T extends object>(value: T, reads: Set<string>, at = ''): T {
  return new Proxy(value, {
    get(target, key) {
      const part: unknown = Reflect.get(target, key)
      if (typeof key === 'symbol' || typeof part === 'function') return part
      const below = Array.isArray(target) ? (/^\d+$/.test(key) ? `${at}[]` : at) : at === '' ? key : `${at}.${key}`
      reads.add(below)
      return isOpen(part) ? watched(part, reads, below) : part
    },
  })
}

/** What can be looked into: records and lists. Sets and secrets are taken as a whole. */
function isOpen(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

/** Where two values differ, in the words of {@link watched}; lists of plain values as a whole. */
export function differences(one: unknown, other: unknown, at = ''): readonly string[] {
  if (
    isOpen(one) &&
    isOpen(other) &&
    Array.isArray(one) === Array.isArray(other) &&
    !(isPlainList(one) && isPlainList(other))
  ) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)])
    const below = (key: string): string => (Array.isArray(one) ? `${at}[]` : at === '' ? key : `${at}.${key}`)
    return [
      ...new Set([...keys].flatMap((key) => differences(Reflect.get(one, key), Reflect.get(other, key), below(key)))),
    ]
  }
  return textOf(one) === textOf(other) ? [] : [at]
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.every((part) => !isOpen(part))
}

function textOf(value: unknown): string {
  return JSON.stringify(value instanceof Set ? [...value] : value) ?? 'undefined'
}

/** The TypeScript file and all that it imports from its own folder, except the frame that knows every rule. */
export function ownFiles(file: string): readonly string[] {
  const frame = /(registry|rule|evaluate|arbitrate|index|setting-problem)\.ts$/
  const found = new Set<string>()
  const visit = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    const { module } = parseSync(name, readFileSync(name, 'utf8'))
    for (const { moduleRequest } of module.staticImports)
      if (moduleRequest.value.startsWith('./') && !frame.test(moduleRequest.value))
        visit(path.join(path.dirname(name), moduleRequest.value))
  }
  visit(file)
  return [...found]
}

/**
 * The names of properties that a source takes from something: `settings.limit`, `const { limit } = settings`, `settings['limit']`, or
 * the name as a text with which it is looked up. A schema that states a key, and a refinement that only compares it, do not take it.
 */
export function propertiesTaken(source: string): ReadonlySet<string> {
  const { program } = parseSync('source.ts', source)
  const comparisons = refinementsIn(program)
  const taken = new Set<string>()
  const note = (name: string, start: number): void => {
    if (!comparisons.some(([from, until]) => start >= from && start < until)) taken.add(name)
  }
  const assigned = new Set<number>()
  new Visitor({
    AssignmentExpression: ({ operator, left }) => {
      if (operator === '=') assigned.add(left.start)
    },
    MemberExpression: (node) => {
      if (!node.computed && node.property.type === 'Identifier' && !assigned.has(node.start))
        note(node.property.name, node.start)
    },
    ObjectPattern: ({ properties }) => {
      for (const property of properties)
        if (property.type === 'Property' && property.key.type === 'Identifier') note(property.key.name, property.start)
    },
    Literal: ({ value, start }) => {
      if (typeof value === 'string') note(value, start)
    },
  }).visit(program)
  return taken
}

type Span = readonly [from: number, until: number]

/** What stands in `.superRefine(…)`, or in the function that is named there. */
function refinementsIn(program: ReturnType<typeof parseSync>['program']): readonly Span[] {
  const spans: Span[] = []
  const named = new Set<string>()
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      if (!['superRefine', 'refine', 'describe'].includes(callee.property.name)) return
      for (const argument of given) {
        spans.push([argument.start, argument.end])
        if (argument.type === 'Identifier') named.add(argument.name)
      }
    },
  }).visit(program)
  new Visitor({
    FunctionDeclaration: ({ id, start, end }) => {
      if (id !== null && named.has(id.name)) spans.push([start, end])
    },
  }).visit(program)
  return spans
}

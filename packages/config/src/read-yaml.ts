import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar,
  Schema,
} from 'yaml'
import { decimalOf, parseDecimal, unreachable } from '@rm/domain'
import { type ConfigNode, emptyMap, type MapEntry, type MapNode, type ScalarNode } from './config-node.ts'
import { type Complaint, keyPathOf, type Place, type Report } from './diagnostic.ts'
import { type Replaced, substitute, type VariableLookup } from './substitute.ts'
import { YAML_COMPLAINTS } from './yaml-complaints.ts'

/** A text file of the configuration folder. */
export interface SourceText {
  /** As people see it in a diagnostic. */
  readonly file: string
  readonly layer: string
  readonly text: string
}

/** More values than any sensible file has; an anchor bomb reaches it at once. */
const NODES_MAX = 20_000
const DEPTH_MAX = 50

/**
 * Reads one YAML 1.2 document strictly and puts the variables in. Problems are reported; what could be read is returned, so that the rest of
 * the file is examined as well. `null` when the text as a whole is unusable.
 */
export function readYaml(source: SourceText, lookup: VariableLookup, report: Report): MapNode | null {
  return new YamlReader(source, lookup, report).read()
}

class YamlReader {
  readonly #source: SourceText
  readonly #lookup: VariableLookup
  readonly #report: Report
  readonly #lines = new LineCounter()
  readonly #anchors = new Map<string, Node>()
  /** What anchored nodes were read as, and how many nodes they hold. One that is missing is still being read: a cycle. */
  readonly #anchored = new Map<Node, { readonly node: ConfigNode; readonly size: number }>()
  #nodes = 0
  #isTooLarge = false

  constructor(source: SourceText, lookup: VariableLookup, report: Report) {
    this.#source = source
    this.#lookup = lookup
    this.#report = report
  }

  read(): MapNode | null {
    const { text } = this.#source
    const document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false, // they quote the file, which may hold a key
      schema: 'core',
      version: '1.2',
      merge: false,
      uniqueKeys: false, // found below, with their path
      logLevel: 'error', // at 'silent' a second document would pass
    })
    const flawed = document.errors.map((error) => ({ code: error.code, offset: error.pos[0] }))
    const tab = flawed.some((flaw) => flaw.code === 'TAB_AS_INDENT') ? -1 : offsetOfTab(text)
    if (tab >= 0) flawed.push({ code: 'TAB_AS_INDENT', offset: tab })
    // One flaw of the form usually makes the parser see several; the first names the place.
    const [first] = flawed.toSorted((a, b) => a.offset - b.offset)
    if (first !== undefined) {
      this.#complain(this.#place(first.offset), [], YAML_COMPLAINTS[first.code])
      return null
    }
    if (document.directives?.yaml.version !== '1.2') {
      this.#complain(this.#place(0), [], YAML_COMPLAINTS.OTHER_VERSION)
      return null
    }
    const root = document.contents
    if (root === null || (isScalar(root) && root.value === null)) return emptyMap(this.#place(0))
    const node = this.#node(root, [])
    if (node.kind === 'broken') return null
    if (node.kind !== 'map') {
      this.#complain(node.at, [], YAML_COMPLAINTS.NO_MAP)
      return null
    }
    return node
  }

  #node(node: ParsedNode, path: readonly PropertyKey[]): ConfigNode {
    this.#nodes += 1
    const at = this.#place(node.range?.[0] ?? 0)
    if (this.#nodes > NODES_MAX || path.length > DEPTH_MAX) return this.#tooLarge(path, at)
    if (isAlias(node)) return this.#aliased(node, path, at)
    if (node.tag !== undefined) {
      this.#complain(at, path, YAML_COMPLAINTS.TAG)
      return { kind: 'broken', at }
    }
    const { anchor } = node
    if (anchor === undefined) return this.#content(node, path, at)
    this.#anchors.set(anchor, node)
    const before = this.#nodes
    const content = this.#content(node, path, at)
    this.#anchored.set(node, { node: content, size: this.#nodes - before + 1 })
    return content
  }

  #content(node: Exclude<ParsedNode, Alias>, path: readonly PropertyKey[], at: Place): ConfigNode {
    if (isScalar(node)) return this.#scalar(node, path, at)
    if (isMap(node)) return this.#map(node.items, path, at)
    return {
      kind: 'list',
      at,
      items: node.items.map((item, index) => this.#node(item, [...path, index])),
    }
  }

  #aliased(alias: Alias, path: readonly PropertyKey[], at: Place): ConfigNode {
    const target = this.#anchors.get(alias.source)
    const known = target === undefined ? undefined : this.#anchored.get(target)
    if (known === undefined) {
      this.#complain(at, path, target === undefined ? YAML_COMPLAINTS.BAD_ALIAS : YAML_COMPLAINTS.CYCLE)
      return { kind: 'broken', at }
    }
    // A bomb is counted as large as it would become.
    this.#nodes += known.size
    if (this.#nodes > NODES_MAX) return this.#tooLarge(path, at)
    return { ...known.node, at }
  }

  /** Once, or a bomb of aliases would be answered with as many diagnostics. */
  #tooLarge(path: readonly PropertyKey[], at: Place): ConfigNode {
    if (!this.#isTooLarge) this.#complain(at, path, YAML_COMPLAINTS.TOO_LARGE)
    this.#isTooLarge = true
    return { kind: 'broken', at }
  }

  #map(pairs: readonly Pair[], path: readonly PropertyKey[], at: Place): MapNode {
    const entries = new Map<string, MapEntry>()
    for (const pair of pairs) {
      const keyNode = pair.key as Node | null
      const keyAt = this.#place(keyNode?.range?.[0] ?? 0)
      if (!isScalar(keyNode)) {
        this.#complain(keyAt, path, YAML_COMPLAINTS.NO_PLAIN_KEY)
        continue
      }
      const key = keyNode.source ?? String(keyNode.value)
      const keyPath = [...path, key]
      if (keyNode.tag !== undefined) this.#complain(keyAt, keyPath, YAML_COMPLAINTS.TAG)
      else if (key === '' || key === '__proto__') this.#complain(keyAt, path, YAML_COMPLAINTS.NO_PLAIN_KEY)
      else if (entries.has(key)) this.#complain(keyAt, keyPath, YAML_COMPLAINTS.DUPLICATE_KEY)
      else entries.set(key, { keyAt, node: this.#value(pair.value as ParsedNode | null, keyPath, keyAt) })
    }
    return { kind: 'map', at, entries }
  }

  #value(node: ParsedNode | null, path: readonly PropertyKey[], keyAt: Place): ConfigNode {
    if (node !== null) return this.#node(node, path)
    return { kind: 'scalar', at: keyAt, value: null, text: '', isQuoted: false, origin: 'literal', variables: [] }
  }

  #scalar(scalar: Scalar, path: readonly PropertyKey[], at: Place): ConfigNode {
    const isQuoted = scalar.type !== 'PLAIN'
    const source = isQuoted ? String(scalar.value) : (scalar.source ?? '')
    let node: ScalarNode = {
      kind: 'scalar',
      at,
      value: scalarValue(scalar),
      text: source,
      isQuoted,
      origin: 'literal',
      variables: [],
    }
    if (source.includes('${')) {
      const substituted = this.#substituted(source, node, path)
      if (substituted === null) return { kind: 'broken', at }
      node = substituted
    }
    const complaint = complaintAbout(node)
    if (complaint === null) return node
    this.#complain(at, path, complaint, node.variables)
    return { kind: 'broken', at }
  }

  #substituted(source: string, node: ScalarNode, path: readonly PropertyKey[]): ScalarNode | null {
    const result = substitute(source, this.#lookup)
    switch (result.kind) {
      case 'malformed':
        this.#complain(node.at, path, YAML_COMPLAINTS.BAD_PLACEHOLDER)
        return null
      case 'unset':
        this.#report.error(node.at, keyPathOf(path), {
          expected: `a value in the variable ${result.variable}`,
          got: 'nothing: it is unset or empty',
          why: 'the file asks for it and states no default',
          fix: `set ${result.variable} in the environment or in .env beside the configuration`,
        })
        return null
      case 'text': {
        const value = result.isOnePlaceholder && !node.isQuoted ? typedAnew(result.text) : result.text
        return { ...node, value, text: result.text, origin: originOf(result), variables: result.variables }
      }
      default:
        return unreachable(result)
    }
  }

  #complain(at: Place, path: readonly PropertyKey[], complaint: Complaint, variables: readonly string[] = []): void {
    const got = variables.length === 0 ? complaint.got : `the value of ${variables.join(', ')}: ${complaint.got}`
    this.#report.error(at, keyPathOf(path), { ...complaint, got })
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    const { file, layer } = this.#source
    return { file, layer, line: Math.max(1, line), column: Math.max(1, col) }
  }
}

function originOf(result: Replaced): ScalarNode['origin'] {
  if (result.variables.length === 0) return 'literal' // an escaped $${
  if (result.hasDefault) return 'default'
  return result.isOnePlaceholder ? 'variable' : 'mixed'
}

const coreSchema = new Schema({ schema: 'core' })

/** What the YAML core schema makes of plain text. */
function typedAnew(text: string): string | number | boolean | null {
  for (const tag of coreSchema.tags) {
    if (tag.collection !== undefined || tag.default !== true || tag.test === undefined || !tag.test.test(text)) continue
    const value = scalarValue(tag.resolve(text, () => undefined, {}))
    // What no number can hold stays a text: an API key of forty digits is one.
    return typeof value === 'number' && complaintAboutNumber(text, value) !== null ? text : value
  }
  return text
}

function scalarValue(resolved: unknown): string | number | boolean | null {
  const value = isScalar(resolved) ? resolved.value : resolved
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** What no key ever wants. */
function complaintAbout(node: ScalarNode): Complaint | null {
  if (typeof node.value === 'string' && hasPadding(node.text)) return YAML_COMPLAINTS.PADDED
  return typeof node.value === 'number' ? complaintAboutNumber(node.text, node.value) : null
}

function complaintAboutNumber(text: string, value: number): Complaint | null {
  if (ORDINARY_INTEGER.test(text)) return null
  if (!Number.isFinite(value) || Object.is(value, -0) || /^-0+(\.0*)?$/.test(text)) return YAML_COMPLAINTS.NO_NUMBER
  return isExact(text, value) ? null : YAML_COMPLAINTS.INEXACT
}

/** The line break at the end of a block text is no padding. */
function hasPadding(text: string): boolean {
  const inner = text.endsWith('\n') ? text.slice(0, -1) : text
  return inner.length > 0 && inner.trim().length !== inner.length
}

const ORDINARY_INTEGER = /^-?[1-9]\d{0,14}$|^0$/

/** Whether the binary number is the written one: with too many digits it silently becomes another. */
function isExact(text: string, value: number): boolean {
  const written = parseDecimal(text.replace(/^([+-]?)\./, '$10.').replace(/\.(?=$|e)/i, ''))
  if (written === null) return Number.isSafeInteger(value)
  const read = decimalOf(value)
  return read !== null && read.units === written.units && read.scale === written.scale
}

/** A tab between the parts of the document; inside quotes and comments it does no harm. */
function offsetOfTab(text: string): number {
  if (!text.includes('\t')) return -1
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (CONTROL_LEXEMES.has(lexeme)) continue
    const tab = /^[ \t]+$/.test(lexeme) ? lexeme.indexOf('\t') : -1
    if (tab >= 0) return offset + tab
    offset += lexeme.length
  }
  return -1
}

/** Marks that the lexer puts between the pieces of the text. */
const CONTROL_LEXEMES: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f'])

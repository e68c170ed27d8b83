import { type Document, isNode, isSeq, parseDocument, stringify, type YAMLSeq } from 'yaml'
import type { YamlPath } from './set-in-yaml.ts'

const FORM = { schema: 'core', version: '1.2', merge: false } as const

/**
 * The text with one more item at the end of a list, comments and order kept. Below a list with an item to a line nothing else of the text moves;
 * otherwise the text is written anew by the YAML library, which may even out spaces.
 *
 * @returns `null` when the text is no YAML or has no list there
 */
export function appendInYaml(text: string, path: YamlPath, item: Readonly<Record<string, unknown>>): string | null {
  const found = listIn(text, path)
  if (found === null) return null
  const { document, list } = found
  const place = lineOfItem(text, list, list.items.length - 1)
  document.addIn(path, document.createNode(item))
  if (place !== null) {
    const { indent, end } = place
    const lines = stringify(item, { lineWidth: 0 }).trimEnd().split('\n')
    const added = lines.map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}\n`).join('')
    const before = text.slice(0, end)
    const inPlace = `${before}${before.endsWith('\n') ? '' : '\n'}${added}${text.slice(end)}`
    if (says(inPlace, document)) return inPlace
  }
  return document.toString({ lineWidth: 0 })
}

/**
 * The text without one item of a list, comments of its neighbours kept; as {@link appendInYaml}.
 *
 * @param index - from 0
 */
export function removeInYaml(text: string, path: YamlPath, index: number): string | null {
  const found = listIn(text, path)
  if (found === null || found.list.items[index] === undefined) return null
  const { document, list } = found
  const place = lineOfItem(text, list, index)
  document.deleteIn([...path, index])
  if (place !== null) {
    const inPlace = text.slice(0, place.start) + text.slice(place.end)
    if (says(inPlace, document)) return inPlace
  }
  return document.toString({ lineWidth: 0 })
}

function listIn(text: string, path: YamlPath): { readonly document: Document; readonly list: YAMLSeq } | null {
  const document = parseDocument(text, FORM)
  const list = document.getIn(path, true)
  return document.errors.length === 0 && isSeq(list) ? { document, list } : null
}

/** Whole lines of an item that begins with a dash on a line of its own; `null` in a flow list, or where it is written otherwise. */
function lineOfItem(
  text: string,
  list: YAMLSeq,
  index: number,
): { readonly indent: string; readonly start: number; readonly end: number } | null {
  const item = list.items[index]
  if (list.flow === true || !isNode(item) || !item.range) return null
  const [from, to] = item.range
  const start = text.lastIndexOf('\n', from - 1) + 1
  const indent = /^( *)- +$/.exec(text.slice(start, from))?.[1]
  if (indent === undefined) return null
  const newline = text[to - 1] === '\n' ? to - 1 : text.indexOf('\n', to)
  return { indent, start, end: newline === -1 ? text.length : newline + 1 }
}

function says(text: string, expected: Document): boolean {
  const document = parseDocument(text, FORM)
  return document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(expected.toJS())
}

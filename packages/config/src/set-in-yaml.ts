import { type Document, isNode, isScalar, type Node, parseDocument } from 'yaml'

const FORM = { schema: 'core', version: '1.2', merge: false } as const

/** Where a value stands: keys of maps and places in lists. */
export type YamlPath = readonly (string | number)[]

/**
 * The text with one value set, comments and order kept. A single value that is there is replaced in its place and nothing else of the text moves;
 * otherwise the text is written anew by the YAML library, which may even out spaces.
 *
 * @param value - as it would be written in YAML: `5`, `"17:00"`, `[NQ, ES]`
 * @returns `null` when the text or the value is no YAML, or something on the way is no map or list
 */
export function setInYaml(text: string, path: YamlPath, value: string): string | null {
  const document = parseDocument(text, FORM)
  const wanted = parseDocument(value, FORM)
  if (document.errors.length > 0 || wanted.errors.length > 0) return null
  const there = document.getIn(path, true)
  const inPlace = isScalar(there) && there.range ? replaced(text, there.range, value) : null
  if (inPlace !== null && isScalar(wanted.contents) && says(inPlace, document, path, wanted)) return inPlace
  if (!isReachable(document, path)) return null
  const node: Node = wanted.contents ?? document.createNode(null)
  if (isNode(there)) node.comment = there.comment ?? null
  document.setIn(path, node)
  return document.toString({ lineWidth: 0 })
}

function replaced(text: string, [start, end]: readonly [number, number, number], value: string): string {
  return `${text.slice(0, start)}${start === end ? ' ' : ''}${value}${text.slice(end)}`
}

/** Whether the text means the document with this one value changed: in a flow map a value may need quotes. */
function says(text: string, before: Document, path: YamlPath, wanted: Document): boolean {
  const after = parseDocument(text, FORM)
  if (after.errors.length > 0) return false
  const expected = before.clone()
  expected.setIn(path, wanted.contents)
  return JSON.stringify(after.toJS()) === JSON.stringify(expected.toJS())
}

/** Makes a map of each key on the way that has nothing below it, such as one whose keys are all commented out. */
function isReachable(document: Document, path: YamlPath): boolean {
  for (let length = 0; length < path.length; length += 1) {
    const way = path.slice(0, length)
    const node = length === 0 ? document.contents : document.getIn(way, true)
    if (node === undefined) return true
    if (node !== null && !isScalar(node)) continue
    if (node !== null && node.value !== null) return false
    const map = document.createNode({})
    if (node !== null) map.commentBefore = node.comment ?? node.commentBefore ?? null
    if (length === 0) document.contents = map
    else document.setIn(way, map)
  }
  return true
}

import { stripVTControlCharacters } from 'node:util'

/** Text of a file must not steer the terminal. */
export function visible(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
}

/**
 * Lines of at most so many columns, cut at spaces where there are some.
 *
 * @param indent - of every line but the first; no cut is made before it
 */
export function wrapped(text: string, width: number, indent: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width)
    const cut = at > indent ? at : width
    lines.push(rest.slice(0, cut))
    rest = `${' '.repeat(indent)}${rest.slice(cut).trimStart()}`
  }
  return [...lines, rest]
}

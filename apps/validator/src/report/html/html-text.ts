/** A piece of HTML: what stood in it as text was escaped when it was put in. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

type Part = string | number | Html | readonly Html[]

/** HTML with parts put in: text is escaped, pieces of HTML are not. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, at) => `${text}${markupOf(parts[at] ?? '')}`).join(''))
}

export const NOTHING = new Html('')

function markupOf(part: Part): string {
  if (part instanceof Html) return part.toString()
  if (typeof part === 'object') return part.map(String).join('')
  return String(part).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

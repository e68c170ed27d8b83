import { inspect } from 'node:util'

/** A text that no log, error or snapshot may show. Only {@link reveal} gives it away. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for the one place that sends it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return masked(this.#text)
  }

  toJSON(): string {
    return masked(this.#text)
  }

  [inspect.custom](): string {
    return masked(this.#text)
  }
}

/** How a secret is shown: `***` and its length, which is enough to notice a truncated paste. */
export function masked(text: string): string {
  return `*** (${text.length} characters)`
}

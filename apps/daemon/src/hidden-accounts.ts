import { type AccountId, shortAccountName } from '@rm/domain'

/** An account as the gateway or the configuration knows it; its number may not be known yet. */
export interface KnownAccount {
  readonly id: AccountId | string
  readonly name: string
}

/** Takes names and numbers of accounts out of texts that others read: of each the last characters are left, by which its owner knows it. */
export class HiddenAccounts {
  /** The longest first, as one may stand within another. */
  #words: readonly (readonly [whole: string, shown: string])[] = []
  readonly #numbers = new Map<number, string>()

  /** These accounts are hidden as well. */
  hide(accounts: readonly KnownAccount[]): void {
    const words = new Map(this.#words)
    for (const { id, name } of accounts) {
      const shown = shortAccountName(id)
      if (typeof id === 'number') this.#numbers.set(id, shown)
      // What is as short as the rest that is shown hides nothing, and would be found in every other word.
      for (const whole of [name, String(id)]) if (whole.length >= shown.length) words.set(whole, shown)
    }
    this.#words = [...words].toSorted(([a], [b]) => b.length - a.length)
  }

  /** A text without them. */
  text(written: string): string {
    return this.#words.reduce((text, [whole, shown]) => text.replaceAll(whole, shown), written)
  }

  /** A value of a log line without them, however deep they stand in it. */
  value(written: unknown): unknown {
    if (typeof written === 'string') return this.text(written)
    if (typeof written === 'number') return this.#numbers.get(written) ?? written
    if (Array.isArray(written)) return written.map((part: unknown) => this.value(part))
    if (typeof written !== 'object' || written === null) return written
    return this.facts(written)
  }

  facts(written: object): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(written).map(([key, part]: [string, unknown]) => [this.text(key), this.value(part)]),
    )
  }
}

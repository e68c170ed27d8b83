import { type ContractId, type ContractSpec, productOf } from '@rm/domain'

/** Patterns that begin so are compared with contract ids, and no others are: `C*` would else match every id. */
const ID_PREFIX = 'CON.'

/** A glob over product names: `*` any text, `?` one character, anchored at both ends, upper and lower case alike. */
export class SymbolPattern {
  readonly text: string
  readonly #expression: RegExp

  constructor(text: string) {
    this.text = text
    const source = text
      .split(/([*?])/)
      .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part)))
      .join('')
    this.#expression = new RegExp(`^${source}$`, 'i')
  }

  get namesContracts(): boolean {
    return this.text.toUpperCase().startsWith(ID_PREFIX)
  }

  /** Whether the pattern names a product of that root or code, or the contract of that id. */
  matches(name: string): boolean {
    return this.#expression.test(name)
  }

  /** Whether nothing is left that it does not match: only wildcards, among them a `*`. */
  get matchesEverything(): boolean {
    const rest = this.namesContracts ? this.text.slice(ID_PREFIX.length) : this.text
    return /^\?*\*[*?]*$/.test(rest)
  }
}

/** How a contract is blocked. */
export type BlockMatch =
  /** Its product is, as settings name it; the contract alone when the pattern is one of contract ids. */
  | { readonly kind: 'blocked'; readonly product: string; readonly pattern: string }
  | { readonly kind: 'free' }
  /** The exchange root is not known, and a pattern could name it. */
  | { readonly kind: 'unknowable' }

/** Compares a contract with the patterns: its root, the gateway's code (also the tail of its `symbolId`), its id. */
export function matchContract(
  patterns: readonly SymbolPattern[],
  contractId: ContractId,
  contract: ContractSpec | null,
): BlockMatch {
  const code = contract?.product ?? productOf(contractId)
  const names = contract === null ? [code] : [contract.root, code]
  let asksForRoot = false
  for (const pattern of patterns) {
    if (pattern.namesContracts) {
      if (pattern.matches(contractId)) return { kind: 'blocked', product: contractId, pattern: pattern.text }
      continue
    }
    asksForRoot = true
    if (names.some((name) => pattern.matches(name))) {
      return { kind: 'blocked', product: contract?.root ?? code, pattern: pattern.text }
    }
  }
  return contract === null && asksForRoot ? { kind: 'unknowable' } : { kind: 'free' }
}

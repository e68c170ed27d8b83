import type { AccountType } from '@rm/config'

/** How the firm names the accounts of its programmes (gateway contract 2.4). */
const PROGRAMMES: readonly { readonly names: RegExp; readonly type: AccountType }[] = [
  { names: /^prac/i, type: 'practice' },
  { names: /^\d+ktc/i, type: 'combine' },
  { names: /^express/i, type: 'express' },
]

/** The programme that an account's name tells; `undefined`: it tells none. */
export function programmeOf(name: string): AccountType | undefined {
  return PROGRAMMES.find(({ names }) => names.test(name))?.type
}

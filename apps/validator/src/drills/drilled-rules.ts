import type { LoadedConfig } from '@rm/config'
import { drilledAlone, EVALUATION_ORDER, type EnabledRules, type RuleId } from '@rm/rules'

/** A rule with the settings that one or several accounts have, to be driven to breach on an account of its own. */
export interface DrilledRule {
  /** Of the account that is made for it. */
  readonly accountId: number
  readonly rule: RuleId
  /** That rule alone, as it is drilled. */
  readonly alone: EnabledRules
  /** Everything that is on for the account whose settings these are. */
  readonly enabled: EnabledRules
  /** Where that account stands among those of the configuration. */
  readonly index: number
  /** Names of the accounts that have these settings. */
  readonly accounts: readonly string[]
}

/** Account numbers of drills begin here; the configured ones are left out. */
const FIRST_ID = 9_500_001

/** Every rule of every watched account once: accounts with the same settings share a drill. */
export function drilledRules({ accounts }: LoadedConfig): readonly DrilledRule[] {
  const taken = new Set(accounts.map(({ id }) => Number(id)))
  const found = new Map<string, Omit<DrilledRule, 'accountId' | 'accounts'> & { readonly names: string[] }>()
  for (const [index, { enabled: isWatched, name, rules: enabled, general }] of accounts.entries()) {
    if (!isWatched) continue
    for (const rule of EVALUATION_ORDER) {
      if (enabled[rule] === undefined) continue
      const alone = drilledAlone(rule, enabled)
      const key = JSON.stringify([alone, general.pnlBasis])
      const known = found.get(key)
      if (known === undefined) found.set(key, { rule, alone, enabled, index, names: [name] })
      else known.names.push(name)
    }
  }
  const free = freeIds(taken)
  return [...found.values()].map(({ names, ...drilled }) => ({ ...drilled, accountId: free(), accounts: names }))
}

function freeIds(taken: ReadonlySet<number>): () => number {
  let next = FIRST_ID
  return () => {
    while (taken.has(next)) next += 1
    next += 1
    return next - 1
  }
}

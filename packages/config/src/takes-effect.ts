import { isDeepStrictEqual } from 'node:util'
import { type EnabledRules, strictestRules } from '@rm/rules'
import type { ConfiguredAccount, LoadedConfig } from './loaded-config.ts'

/** When a daemon that runs would take a change. `each its own way`: what is stricter at once, what is looser at the reset. */
export type TakesEffect = 'never' | 'at once' | 'at the next reset' | 'each its own way' | 'at the next start'

/** Sections of `general` that the daemon is bound to from its start on. */
const BOUND = ['database', 'audit', 'logging', 'notifications', 'heartbeat', 'control', 'timeZone'] as const

/** When the difference between two configurations takes effect (reliability C-02): `never` when they mean the same. */
export function takesEffect(before: LoadedConfig, after: LoadedConfig): TakesEffect {
  if (before.hash === after.hash) return 'never'
  if (isBoundToStart(before, after)) return 'at the next start'
  const ways = new Set(after.accounts.flatMap((account) => waysOf(before, after, account)))
  const [only = 'at once', ...others] = ways
  return others.length > 0 ? 'each its own way' : only
}

function isBoundToStart(before: LoadedConfig, after: LoadedConfig): boolean {
  const { cache: _atOnce, ...addresses } = after.api
  const { cache: _before, ...bound } = before.api
  return (
    !isDeepStrictEqual(addresses, bound) ||
    BOUND.some((section) => !isDeepStrictEqual(before.general[section], after.general[section])) ||
    !isDeepStrictEqual(idsOf(before), idsOf(after))
  )
}

function idsOf({ accounts }: LoadedConfig): readonly unknown[] {
  return accounts.map(({ id, enabled }) => [id, enabled])
}

function waysOf(before: LoadedConfig, after: LoadedConfig, account: ConfiguredAccount): readonly TakesEffect[] {
  const { rules } = account
  const old = before.accounts.find(({ id }) => id === account.id)
  if (old === undefined) return []
  const ways: TakesEffect[] = []
  if (!isSame(old.rules, rules)) {
    const strictest = strictestRules(old.rules, rules)
    if (isSame(strictest, rules)) ways.push('at once')
    else ways.push(isSame(strictest, old.rules) ? 'at the next reset' : 'each its own way')
  }
  // Which of two days or grace periods is the stricter one is for the daemon to say.
  if (!isDeepStrictEqual(othersOf(before, old), othersOf(after, account))) ways.push('each its own way')
  return ways
}

function othersOf({ timers, reset, holidays }: LoadedConfig, { general }: ConfiguredAccount): readonly unknown[] {
  return [general, timers, reset, holidays]
}

/** A key without a value is none. */
function isSame(a: EnabledRules, b: EnabledRules): boolean {
  return isDeepStrictEqual(written(a), written(b))
}

function written(rules: EnabledRules): unknown {
  return JSON.parse(JSON.stringify(rules))
}

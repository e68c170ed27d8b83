import type { LockoutTerm, Usd } from '@rm/domain'
import { lossTiers } from './cooldown-after-loss.ts'
import type { RuleSettings } from './registry.ts'

type Settings = RuleSettings['cooldown_after_loss']
type Tiers = NonNullable<Settings['loss_thresholds']>

/** A loss locks at least as long as before, and as long as after where both sides say it in the same way. */
export function strictestCooldown(before: Settings, after: Settings): Settings {
  return {
    ...before,
    ...strictestLosses(before, after),
    enabled: before.enabled || after.enabled,
    mode: [before.mode, after.mode].includes('enforce') ? 'enforce' : 'shadow',
    existing_positions: [before.existing_positions, after.existing_positions].includes('close') ? 'close' : 'keep',
    warn_at: after.warn_at,
  }
}

function strictestLosses(before: Settings, after: Settings): Pick<Settings, 'loss_threshold' | 'loss_thresholds'> {
  if (before.loss_unit !== after.loss_unit) return {}
  const [old, next] = [before.loss_threshold, after.loss_threshold]
  if (old !== undefined && next !== undefined) return { loss_threshold: next > old ? next : old }
  // A single threshold has its cooldown in another file, so it cannot be compared with tiers.
  if (old !== undefined || next !== undefined) return {}
  return { loss_thresholds: joined(lossTiers(before.loss_thresholds), lossTiers(after.loss_thresholds)) }
}

/** Every threshold of both, each with the longer of the cooldowns that a loss so deep has on either side. */
function joined(before: readonly Tiers[number][], after: readonly Tiers[number][]): Tiers {
  const amounts = [...new Set([...before, ...after].map(({ loss_amount }) => loss_amount))].toSorted((a, b) => b - a)
  return amounts.flatMap((loss_amount) => {
    const terms = [before, after].flatMap((tiers) => reachedBy(tiers, loss_amount) ?? [])
    const [longest] = terms.toSorted((a, b) => lengthOf(b) - lengthOf(a))
    return longest === undefined ? [] : [{ loss_amount, cooldown: longest }]
  })
}

function reachedBy(tiers: readonly Tiers[number][], loss: Usd): LockoutTerm | undefined {
  return tiers.findLast(({ loss_amount }) => loss <= loss_amount)?.cooldown
}

/** Comparable; two terms until the reset are equal. */
function lengthOf(term: LockoutTerm): number {
  return term.kind === 'for' ? term.ms : Number.MAX_SAFE_INTEGER
}

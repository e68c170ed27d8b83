import {
  type Finding,
  type Instant,
  later,
  type UnpricedPosition,
  type ProtectionMeter,
  type StopCriteria,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import type { EnabledRules } from './evaluate.ts'
import type { Rule } from './rule.ts'

export const NoStopLossGraceSettings = z.strictObject({
  ...commonSettings(false),
  grace_period_seconds: z
    .int()
    .min(1)
    .max(3_600)
    .default(10)
    .describe('Unprotected time, in seconds, that a position may collect over its whole life.'),
  coverage: z
    .enum(['full', 'any'])
    .default('full')
    .describe('`full` wants stops for every contract; `any` is content with one.'),
  allow_stop_limit: z
    .boolean()
    .default(false)
    .describe('Whether a stop-limit order counts as a stop. A price can jump over it.'),
  max_stop_distance_ticks: z.int().min(1).optional().describe('A stop further away than so many ticks does not count.'),
})
type Settings = z.infer<typeof NoStopLossGraceSettings>

/**
 * RULE-008: closes a position that valid stops did not cover for the grace period, counted from flat to flat.
 *
 * The meter is the book's, judged by {@link stopCriteriaOf}: it starts when the position opened, stands while covered and is never
 * refilled, so that cancelling a stop and placing it again buys no time.
 */
export const noStopLossGrace: Rule<'no_stop_loss_grace'> = {
  code: 'RULE-008',
  title: 'No stop-loss grace',
  enabledByDefault: false,
  readsPrices: false,
  settings: NoStopLossGraceSettings,
  renamedKeys: {
    require_within_seconds: 'grace_period_seconds',
    grace_seconds: 'grace_period_seconds',
    grace_period: 'grace_period_seconds',
    stop_loss_required: 'enabled',
  },

  evaluate(settings, view, context) {
    const graceMs = settings.grace_period_seconds * 1_000
    const findings: Finding[] = []
    let use = 0
    for (const position of view.positions) {
      const uncoveredMs = uncoveredUntil(position.protection, context.now)
      use = Math.max(use, uncoveredMs / graceMs)
      if (uncoveredMs >= graceMs) findings.push(finding(position, uncoveredMs, settings))
    }
    return { findings, blind: [], use }
  },

  limits: (settings, view, context) =>
    view.positions.map((position) => ({
      rule: 'RULE-008',
      what: `${position.contract?.name ?? position.contractId} without a stop`,
      kind: 'limit',
      unit: 'time',
      used: uncoveredUntil(position.protection, context.now),
      limit: settings.grace_period_seconds * 1_000,
    })),

  /** The instant at which the first budget runs out, or reaches a share of the grace at which a warning is given. */
  nextCheck(settings, view, context) {
    const graceMs = settings.grace_period_seconds * 1_000
    const budgetsMs = [graceMs, ...settings.warn_at.map((level) => warnedAfterMs(level, graceMs))]
    let first: Instant | null = null
    for (const { protection } of view.positions) {
      if (protection.covered) continue
      for (const budgetMs of budgetsMs) {
        const due = later(protection.measuredAt, budgetMs - protection.uncoveredMs)
        if (due > context.now && (first === null || due < first)) first = due
      }
    }
    return first
  },
}

/** The first whole millisecond whose share of the grace is the level, as {@link noStopLossGrace} divides. */
function warnedAfterMs(level: number, graceMs: number): number {
  const about = Math.floor(level * graceMs)
  return about / graceMs >= level ? about : about + 1
}

/** What the book has to count as protection: as RULE-008 says, or as it would by default while it is off. */
export function stopCriteriaOf(enabled: EnabledRules): StopCriteria {
  const settings = enabled.no_stop_loss_grace ?? NoStopLossGraceSettings.parse({})
  return {
    coverage: settings.coverage,
    allowStopLimit: settings.allow_stop_limit,
    maxDistanceTicks: settings.max_stop_distance_ticks ?? null,
  }
}

function uncoveredUntil(meter: ProtectionMeter, now: Instant): number {
  return meter.uncoveredMs + (meter.covered ? 0 : Math.max(0, now - meter.measuredAt))
}

function finding(position: UnpricedPosition, uncoveredMs: number, settings: Settings): Finding {
  const { contractId, contract, signedSize } = position
  const name = contract?.name ?? contractId
  const kind = settings.coverage === 'full' ? 'a stop for its whole size' : 'any stop'
  const seconds = Math.floor(uncoveredMs / 100) / 10
  return {
    scope: `contract:${contractId}`,
    measured: `${seconds} s unprotected`,
    limit: `${settings.grace_period_seconds} s`,
    message: `${name} ${signedSize > 0 ? '+' : ''}${signedSize} was without ${kind} for ${seconds} s; the grace is ${settings.grace_period_seconds} s.`,
    tier: 1,
    goals: [{ kind: 'flat-contract', contractId }],
    lockout: null,
  }
}

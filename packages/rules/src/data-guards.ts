import {
  type AccountView,
  type ContractId,
  earliest,
  type Finding,
  formatUsd,
  type Goal,
  type Instant,
  later,
  type PositionView,
  type RuleCode,
  type Usd,
} from '@rm/domain'
import { type Judged, judgedBy } from './evaluate.ts'
import { namedPosition } from './named-position.ts'

/*
 * Guards of the data that every rule lives on (risk rules, 3.5 to 3.7). They are no rules of the trader's: nothing turns them off, and they
 * look beside the rules at every turn.
 */

/** What `general` says about positions that cannot be valued. */
export interface GuardSettings {
  /** A quote older than this is no value while the market is open. */
  readonly staleAfterMs: number
  readonly staleCriticalMs: number
  readonly onStaleQuotes: 'alert' | 'close'
  readonly unvaluedGraceMs: number
  readonly onUnvaluedPosition: 'close' | 'alert'
}

/** A contract record that came with another tick value than before. */
export interface TickValueDoubt {
  readonly before: Usd
  readonly now: Usd
  /** The larger of the two, by which losses count. */
  readonly used: Usd
}

export interface GuardContext {
  readonly now: Instant
  tickValueDoubt(contractId: ContractId): TickValueDoubt | null
}

interface Guard {
  readonly code: RuleCode
  judge(settings: GuardSettings, position: PositionView, context: GuardContext): Finding | null
  /** Instants at which the finding of a position can begin or worsen without an event. */
  edges(settings: GuardSettings, position: PositionView): readonly Instant[]
}

/** Lets every guard look at every open position. Empty when nothing is missing. */
export function evaluateGuards(settings: GuardSettings, view: AccountView, context: GuardContext): readonly Judged[] {
  if (isSound(view, context)) return NOTHING_MISSING
  return GUARDS.map((guard) =>
    judgedBy(guard.code, view, () => ({
      findings: view.positions.flatMap((position) => guard.judge(settings, position, context) ?? []),
      blind: [],
      use: null,
    })),
  )
}

/** The usual case, asked at every quote: everything has its value. */
function isSound({ positions }: AccountView, context: GuardContext): boolean {
  for (const { contractId, unvalued } of positions) {
    if (unvalued !== null || context.tickValueDoubt(contractId) !== null) return false
  }
  return true
}

/** The earliest instant at which some guard's answer could change without an event, or `null`. */
export function nextGuardCheck(settings: GuardSettings, view: AccountView, now: Instant): Instant | null {
  let next: Instant | null = null
  for (const position of view.positions) {
    if (position.unvalued === null) continue
    for (const guard of GUARDS)
      for (const edge of guard.edges(settings, position)) if (edge > now) next = earliest(next, edge)
  }
  return next
}

/** Quotes of an open market stay away: a human hears of it at once, they are asked for again, and after a while it is critical. */
const staleQuotes: Guard = {
  code: 'GUARD-STALE',

  judge(settings, position, { now }) {
    const { contractId, unvalued } = position
    if (unvalued?.missing !== 'quote') return null
    const silentMs = now - unvalued.since
    if (silentMs <= settings.staleAfterMs) return null
    const isCritical = silentMs >= settings.staleCriticalMs
    const closes = isCritical && settings.onStaleQuotes === 'close'
    const seconds = Math.floor(silentMs / 1_000)
    const message = `${namedPosition(position)} has had no quote for ${seconds} s in an open market.`
    const then = closes
      ? 'It is closed.'
      : settings.onStaleQuotes === 'close'
        ? `It is closed after ${settings.staleCriticalMs / 1_000} s.`
        : 'It is left open; general.on_stale_quotes decides.'
    return {
      ...aboutContract(contractId, closes),
      measured: `${seconds} s without a quote`,
      limit: `${(isCritical ? settings.staleCriticalMs : settings.staleAfterMs) / 1_000} s`,
      message,
      tier: isCritical ? 2 : 1,
      alert: {
        severity: isCritical ? 'critical' : 'warning',
        code: 'quotes-stale',
        text: `${message} Its quotes are asked for again. ${then}`,
      },
      quotesWanted: contractId,
    }
  },

  edges: (settings, { unvalued }) =>
    unvalued?.missing === 'quote'
      ? [later(unvalued.since, settings.staleAfterMs + 1), later(unvalued.since, settings.staleCriticalMs)]
      : [],
}

/** What a position is worth is unknown because the contract record is: the gateway is asked, and after the grace nobody waits any longer. */
const unvaluedPosition: Guard = {
  code: 'GUARD-VALUE',

  judge(settings, position, { now }) {
    const { contractId, unvalued } = position
    if (unvalued?.missing !== 'tick-value') return null
    const unvaluedMs = now - unvalued.since
    const isOver = unvaluedMs >= settings.unvaluedGraceMs
    const closes = isOver && settings.onUnvaluedPosition === 'close'
    const seconds = Math.floor(unvaluedMs / 1_000)
    const message = `Nobody knows what a tick of ${namedPosition(position)} is worth, for ${seconds} s now.`
    const then = closes
      ? 'It is closed.'
      : settings.onUnvaluedPosition === 'close'
        ? `It is closed after ${settings.unvaluedGraceMs / 1_000} s.`
        : 'It is left open; general.on_unvalued_position decides.'
    return {
      ...aboutContract(contractId, closes),
      measured: `${seconds} s of unknown value`,
      limit: `${settings.unvaluedGraceMs / 1_000} s`,
      message,
      tier: isOver ? 2 : 1,
      alert: {
        severity: isOver ? 'critical' : 'warning',
        code: 'position-unvalued',
        text: `${message} The gateway is asked for the contract. ${then}`,
      },
    }
  },

  edges: (settings, { unvalued }) =>
    unvalued?.missing === 'tick-value' ? [later(unvalued.since, settings.unvaluedGraceMs)] : [],
}

/** The gateway told two tick values of one contract: the larger one counts until the next start has confirmed it. */
const changedTickValue: Guard = {
  code: 'GUARD-TICK',

  judge(_settings, position, context) {
    const { contractId } = position
    const doubt = context.tickValueDoubt(contractId)
    if (doubt === null) return null
    const message = `A tick of ${namedPosition(position)} was worth ${formatUsd(doubt.before)}, now the gateway says ${formatUsd(doubt.now)}.`
    return {
      ...aboutContract(contractId, false),
      measured: formatUsd(doubt.now),
      limit: formatUsd(doubt.before),
      message,
      tier: 1,
      alert: {
        severity: 'critical',
        code: 'tick-value-changed',
        text: `${message} ${formatUsd(doubt.used)} counts. Compare with the exchange's contract specification, then restart the daemon.`,
      },
    }
  },

  edges: () => [],
}

const NOTHING_MISSING: readonly Judged[] = []

const GUARDS: readonly Guard[] = [staleQuotes, unvaluedPosition, changedTickValue]

function aboutContract(contractId: ContractId, closes: boolean): Pick<Finding, 'scope' | 'goals' | 'lockout'> {
  const goals: readonly Goal[] = closes ? [{ kind: 'flat-contract', contractId }] : []
  return { scope: `contract:${contractId}`, goals, lockout: null }
}

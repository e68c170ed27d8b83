import {
  AccountId,
  type AuditEntry,
  type Breach,
  type CommandRecord,
  emptyTurn,
  type Goal,
  type Instant,
  instant,
  instantOf,
  type Lockout,
  type PursuedGoal,
  type TurnRecord,
} from '@rm/domain'
import { contracts, TEST_ACCOUNT } from '@rm/domain/testing'

export const NOON: Instant = instantOf('2026-03-09T17:00:00Z')
export const MIDNIGHT: Instant = instantOf('2026-03-09T05:00:00Z')
export const OTHER_ACCOUNT: AccountId = AccountId.parse(7_001_002)

/** A turn of the test account that decided nothing, but for the changes. */
export function aTurn(changes: Partial<TurnRecord> = {}): TurnRecord {
  return { ...emptyTurn(TEST_ACCOUNT, NOON, 'trade-reported 3100000044'), ...changes }
}

export function aBreach(id: string, changes: Partial<Breach> = {}): Breach {
  return {
    id,
    accountId: TEST_ACCOUNT,
    rule: 'RULE-003',
    scope: 'account',
    tier: 0,
    measured: '-$512.40',
    limit: '-$500.00',
    message: 'Realized -$512.40 today; the limit is -$500.00.',
    goals: [{ kind: 'flat-account' }],
    alert: null,
    firstSeenAt: NOON,
    lastSeenAt: NOON,
    cause: 'trade-reported 3100000044',
    ...changes,
  }
}

export function aLockout(id: string, changes: Partial<Lockout> = {}): Lockout {
  return {
    id,
    accountId: TEST_ACCOUNT,
    rule: 'RULE-003',
    scope: 'account',
    effect: 'flat',
    baseline: new Map(),
    from: NOON,
    end: { kind: 'next-reset', at: instantOf('2026-03-09T22:00:00Z') },
    reason: 'Realized -$512.40 today; the limit is -$500.00.',
    evidence: { measured: '-$512.40', limit: '-$500.00', configuration: 'c0ffee' },
    ...changes,
  }
}

export function aPursuedGoal(id: string, goal: Goal, changes: Partial<PursuedGoal> = {}): PursuedGoal {
  return {
    id,
    accountId: TEST_ACCOUNT,
    origin: { kind: 'breach', id: 'breach-1' },
    goal,
    begunAt: NOON,
    deadline: instant(NOON + 10_000),
    state: 'pursued',
    endedAt: null,
    ...changes,
  }
}

export function aCommandRecord(id: string, goalId: string, changes: Partial<CommandRecord> = {}): CommandRecord {
  return {
    id,
    goalId,
    reason: null,
    command: { kind: 'close-position', accountId: TEST_ACCOUNT, contractId: contracts.MNQ.id },
    attempt: 1,
    state: 'sending',
    sentAt: NOON,
    outcome: null,
    latencyMs: null,
    settledAt: null,
    settledBy: null,
    ...changes,
  }
}

/** What a daily loss leaves behind: a breach, a lockout, a goal, two commands and five audit records, all named after `key`. */
export function aBreachTurn(key: string | number, changes: Partial<TurnRecord> = {}): TurnRecord {
  const goalId = `goal-${key}`
  const command = (name: string, contractId: CommandRecord['command']['contractId']) =>
    aCommandRecord(name, goalId, { command: { kind: 'close-position', accountId: TEST_ACCOUNT, contractId } })
  return aTurn({
    breaches: [aBreach(`breach-${key}`)],
    lockouts: [aLockout(`lockout-${key}`)],
    goals: [aPursuedGoal(goalId, { kind: 'flat-account' }, { origin: { kind: 'breach', id: `breach-${key}` } })],
    commands: [command(`command-${key}-a`, contracts.MNQ.id), command(`command-${key}-b`, contracts.ES.id)],
    audit: [
      fact('breach-begun', `breach-${key}`),
      fact('lockout-set', `lockout-${key}`),
      fact('goal-begun', goalId),
      fact('command-sent', `command-${key}-a`),
      fact('command-sent', `command-${key}-b`),
    ],
    ...changes,
  })
}

function fact(action: string, subject: string): AuditEntry {
  return { actor: 'daemon', action, subject, detail: { rule: 'RULE-003', measured: '-$512.40', limit: '-$500.00' } }
}

import { describe, expect, test } from 'vitest'
import {
  AccountId,
  type Breach,
  type CommandRecord,
  ContractId,
  type EnforcementStory,
  explain,
  instantOf,
  later,
  type Lockout,
  type OrderReason,
  type OrderStory,
  ticks,
} from '../src/index.ts'

const accountId = AccountId.parse(7_001_001)
const contractId = ContractId.parse('CON.F.US.EP.Z26')
const AT = instantOf('2026-11-18T15:30:00Z')

const breach: Breach = {
  id: 'b-1',
  accountId,
  rule: 'RULE-003',
  scope: 'account',
  tier: 1,
  measured: '-$505.70',
  limit: '-$500.00',
  message: "The day's realized P&L is -$505.70; the limit is -$500.00.",
  goals: [{ kind: 'flat-account' }],
  alert: null,
  firstSeenAt: AT,
  lastSeenAt: AT,
  cause: 'trade-reported 3100000044',
}

const lockout: Lockout = {
  id: 'l-2',
  accountId,
  rule: 'RULE-003',
  scope: 'account',
  effect: 'flat',
  baseline: new Map(),
  from: AT,
  end: { kind: 'next-reset', at: instantOf('2026-11-18T23:00:00Z') },
  reason: breach.message,
  evidence: { measured: breach.measured, limit: breach.limit, configuration: 'c0ffee' },
}

const story: EnforcementStory = {
  goal: {
    id: 'g-3',
    accountId,
    origin: { kind: 'breach', id: 'b-1' },
    goal: { kind: 'flat-account' },
    begunAt: AT,
    deadline: later(AT, 10_000),
    state: 'reached',
    endedAt: later(AT, 1_500),
  },
  breach,
  lockout,
  commands: [
    {
      id: 'c-4',
      goalId: 'g-3',
      reason: null,
      command: { kind: 'close-position', accountId, contractId },
      attempt: 1,
      state: 'effective',
      sentAt: AT,
      outcome: { kind: 'accepted' },
      latencyMs: 12,
      settledAt: later(AT, 30),
      settledBy: 'stream',
    },
  ],
  configuration: 'c0ffee',
  tookMs: 1_500,
}

test('tells rule, numbers, cause, configuration, requests, answers, proof and what ends the lockout', () => {
  expect(explain(story, 'America/Chicago')).toEqual([
    "RULE-003 at 2026-11-18 09:30 CST: The day's realized P&L is -$505.70; the limit is -$500.00.",
    'measured -$505.70, limit -$500.00',
    'triggered by trade-reported 3100000044; configuration c0ffee',
    'demanded: flat account',
    'sent: close-position CON.F.US.EP.Z26, attempt 1; the gateway answered accepted after 12 ms, effective as the stream shows',
    'reached after 1.5 s, proved by two readings of the gateway, half a second apart, that show no position and no working order',
    'account flat until 2026-11-18 17:00 CST (next daily reset)',
  ])
})

test('of a re-entry it tells the lockout that stands', () => {
  expect(explain({ ...story, breach: null }, 'UTC').slice(0, 4)).toEqual([
    'RULE-003: account is held flat since 2026-11-18 15:30 UTC',
    `because ${lockout.reason}`,
    'measured -$505.70, limit -$500.00',
    'configuration c0ffee',
  ])
})

test('of a lockout that another configuration set it tells both', () => {
  const told = explain({ ...story, breach: null, configuration: 'facade' }, 'UTC')
  expect(told).toContain('configuration c0ffee when it was set, facade now')
})

test('of a lockout whose numbers nobody kept it tells the rest', () => {
  const told = explain({ ...story, breach: null, lockout: { ...lockout, evidence: null } }, 'UTC')
  expect(told[2]).toBe('configuration c0ffee')
})

test.each([
  [
    { kind: 'refused', refusal: 'market-closed', code: 2, message: 'Trading is currently unavailable.' } as const,
    'refused (Trading is currently unavailable.)',
  ],
  [{ kind: 'unknown', cause: 'timeout of 3000ms exceeded' } as const, 'unknown (timeout of 3000ms exceeded)'],
  [null, 'no answer yet'],
])('tells the answer %o', (outcome, told) => {
  const commands = story.commands.map((record) => ({ ...record, outcome, latencyMs: null, settledBy: null }))
  expect(explain({ ...story, commands }, 'UTC').join('\n')).toContain(`the gateway answered ${told}`)
})

describe('an order that is kept as it must stand', () => {
  const record: CommandRecord = {
    id: 'c-5',
    goalId: null,
    reason: null,
    command: {
      kind: 'place-order',
      accountId,
      contractId,
      protection: 'stop',
      side: 'sell',
      contracts: 1,
      price: ticks(23_990),
      tickSize: 0.25,
      tag: 'rm-1',
    },
    attempt: 1,
    state: 'effective',
    sentAt: AT,
    outcome: { kind: 'accepted' },
    latencyMs: 12,
    settledAt: later(AT, 130),
    settledBy: 'stream',
  }
  const reason: OrderReason = {
    message: 'ESZ6 +1 is not covered by a stop, so a stop is placed at 5997.5.',
    measured: 'average 6000, market at 6000.25',
    limit: 'auto_stop_loss 10 ticks',
    cause: 'position-changed CON.F.US.EP.Z26',
    configuration: 'c0ffee',
  }
  const placed: OrderStory = { record, reason, tookMs: 130 }

  test('is explained like a breach: why, numbers, cause, configuration, request, answer and proof', () => {
    expect(explain(placed, 'America/Chicago')).toEqual([
      'RULE-012 at 2026-11-18 09:30 CST: ESZ6 +1 is not covered by a stop, so a stop is placed at 5997.5.',
      'measured average 6000, market at 6000.25, limit auto_stop_loss 10 ticks',
      'triggered by position-changed CON.F.US.EP.Z26; configuration c0ffee',
      'sent: place-order sell 1 CON.F.US.EP.Z26 stop at 5997.5, attempt 1; the gateway answered accepted after 12 ms, effective as the stream shows',
      'done after 130 ms, proved by the stream, which shows an order with our tag',
    ])
  })

  test.each([
    ['superseded', 'without effect after 130 ms; what must stand is compared again'],
    ['refused', 'not done; what must stand is compared again'],
    ['not-sent', 'not done; what must stand is compared again'],
    ['in-doubt', 'not proved yet'],
  ] as const)('is not called done when it is %s', (state, told) => {
    expect(explain({ ...placed, record: { ...record, state } }, 'UTC').at(-1)).toBe(told)
  })
})

test('what is not reached yet is not called done', () => {
  const pursued = { ...story, goal: { ...story.goal, state: 'pursued' as const }, tookMs: null }
  expect(explain(pursued, 'UTC')).toContain('not reached yet, pursued')
})

import { AccountId, type Instant, instantOf, later, type Severity } from '@rm/domain'
import type { AlertRecord } from '@rm/state'
import { describe, expect, test } from 'vitest'
import type { AlertFacts } from '../../src/alerts/alert-of-line.ts'
import { Incidents, type Route } from '../../src/alerts/incidents.ts'

const NOON = instantOf('2026-11-18T18:00:00Z')
const ACCOUNT = AccountId.parse(7_001_001)
const SLACK: Route = { name: 'slack', minSeverity: 'warning' }
const PHONE: Route = { name: 'telegram', minSeverity: 'critical' }

/** Minutes or seconds after noon. */
const at = ({ minutes = 0, seconds = 0 }: { minutes?: number; seconds?: number }): Instant =>
  later(NOON, minutes * 60_000 + seconds * 1_000)

function incidents(stored: readonly AlertRecord[] = [], routes: readonly Route[] = [SLACK, PHONE]): Incidents {
  let given = 0
  return new Incidents(stored, routes, () => `9-${(given += 1)}`)
}

function facts(severity: Severity, key = 'stream-down', code = key): AlertFacts {
  return { key, code, severity, accountId: ACCOUNT, text: `${severity} text`, details: [] }
}

/** What a channel has to tell, which it then does. */
function tell(all: Incidents, channel: string, now: Instant): readonly string[] {
  const due = all.due(channel, now)
  all.told(
    channel,
    due.map(({ record }) => record),
    now,
  )
  return due.map(({ record, kind }) => `${record.id} ${kind} ${record.severity}`)
}

describe('an incident', () => {
  test('goes to the channels that want its severity, the worst first', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('warning', 'a') }, NOON)
    all.take({ kind: 'begun', alert: facts('critical', 'b') }, NOON)
    expect(tell(all, 'slack', NOON)).toEqual(['9-2 begun critical', '9-1 begun warning'])
    expect(tell(all, 'telegram', NOON)).toEqual(['9-2 begun critical'])
    expect(tell(all, 'email', NOON)).toEqual([])
  })

  test('that is critical is told again every five minutes until it is acknowledged (L-12)', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('critical') }, NOON)
    expect(tell(all, 'slack', NOON)).toEqual(['9-1 begun critical'])
    expect(tell(all, 'slack', at({ minutes: 4, seconds: 59 }))).toEqual([])
    expect(tell(all, 'slack', at({ minutes: 5 }))).toEqual(['9-1 again critical'])
    expect(tell(all, 'slack', at({ minutes: 10 }))).toEqual(['9-1 again critical'])
    expect(all.acknowledge('9-1', at({ minutes: 11 }))).toBe(true)
    expect(all.acknowledge('9-7', at({ minutes: 11 }))).toBe(false)
    expect(tell(all, 'slack', at({ minutes: 30 }))).toEqual([])
  })

  test('that is critical is told again until it is over, also when it was acknowledged (L-12)', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('critical') }, NOON)
    tell(all, 'slack', NOON)
    all.take({ kind: 'over', key: 'stream-down', text: '' }, at({ minutes: 7 }))
    expect(tell(all, 'slack', at({ minutes: 7 }))).toEqual(['9-1 over critical'])
    expect(tell(all, 'slack', at({ minutes: 30 }))).toEqual([])
    all.take({ kind: 'begun', alert: facts('critical') }, at({ minutes: 40 }))
    tell(all, 'slack', at({ minutes: 40 }))
    all.acknowledge('9-2', at({ minutes: 41 }))
    all.take({ kind: 'over', key: 'stream-down', text: '' }, at({ minutes: 42 }))
    expect(tell(all, 'slack', at({ minutes: 42 }))).toEqual(['9-2 over critical'])
  })

  test('that is milder is told once', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('error') }, NOON)
    tell(all, 'slack', NOON)
    expect(tell(all, 'slack', at({ minutes: 60 }))).toEqual([])
  })

  test('that is noticed again and again is one, told anew when it worsens', () => {
    const all = incidents()
    for (let second = 0; second < 60; second += 1)
      all.take({ kind: 'begun', alert: facts('warning') }, at({ seconds: second }))
    expect(tell(all, 'slack', at({ seconds: 60 }))).toEqual(['9-1 begun warning'])
    expect(all.all()[0]?.seenCount).toBe(60)
    all.take({ kind: 'begun', alert: facts('critical') }, at({ seconds: 70 }))
    expect(tell(all, 'slack', at({ seconds: 70 }))).toEqual(['9-1 update critical'])
    expect(tell(all, 'telegram', at({ seconds: 70 }))).toEqual(['9-1 begun critical'])
  })

  test('that comes and goes is one, and is told ever more seldom', () => {
    const all = incidents()
    let messages = 0
    for (let second = 0; second < 300; second += 1) {
      const now = at({ seconds: second })
      if (second % 2 === 0) all.take({ kind: 'begun', alert: facts('error') }, now)
      else all.take({ kind: 'over', key: 'stream-down', text: '' }, now)
      messages += tell(all, 'slack', now).length
    }
    expect(all.all()).toHaveLength(1)
    expect(messages).toBeLessThan(10)
  })

  test('gathers the lockout and the explanation of its breach', () => {
    const all = incidents()
    const breach = facts('error', 'breach 5', 'RULE-003')
    const lockout = { ...facts('error', 'lockout 6', 'RULE-003'), text: 'locked until five' }
    all.take({ kind: 'begun', alert: breach }, NOON)
    all.take({ kind: 'joined', alert: lockout, joins: { code: 'RULE-003' } }, NOON)
    expect(tell(all, 'slack', NOON)).toEqual(['9-1 begun error'])
    all.take({ kind: 'detailed', key: 'lockout 6', details: ['proved'] }, at({ seconds: 1 }))
    all.take({ kind: 'over', key: 'breach 5', text: '' }, at({ seconds: 2 }))
    expect(tell(all, 'slack', at({ seconds: 3 }))).toEqual([])
    expect(tell(all, 'slack', at({ seconds: 5 }))).toEqual(['9-1 over error'])
    expect(all.all()[0]?.details).toEqual(['locked until five', 'proved'])
  })

  test('of a lockout without a breach is one by itself', () => {
    const all = incidents()
    all.take({ kind: 'joined', alert: facts('error', 'lockout 6', 'ADMIN-001'), joins: { code: 'ADMIN-001' } }, NOON)
    expect(tell(all, 'slack', NOON)).toEqual(['9-1 begun error'])
    all.take({ kind: 'over', key: 'lockout 6', text: '' }, at({ minutes: 9 }))
    expect(tell(all, 'slack', at({ minutes: 9 }))).toEqual(['9-1 over error'])
  })
})

describe('what a channel could not tell', () => {
  test('is owed by every other as well, once (P-17)', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('warning') }, NOON)
    expect(all.due('telegram', NOON)).toEqual([])
    const records = all.due('slack', NOON).map(({ record }) => record)
    expect(all.failed(records)).toBe(true)
    expect(all.failed(records)).toBe(false)
    expect(tell(all, 'telegram', NOON)).toEqual(['9-1 begun warning'])
    expect(tell(all, 'slack', at({ minutes: 90 }))).toEqual(['9-1 begun warning'])
  })

  test('and somebody else has heard needs no second channel', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('critical') }, NOON)
    tell(all, 'telegram', NOON)
    expect(all.failed(all.due('slack', NOON).map(({ record }) => record))).toBe(false)
  })
})

describe('another run', () => {
  test('tells what is owed, and nothing that was told, under the same id (P-17)', () => {
    const first = incidents()
    first.take({ kind: 'begun', alert: facts('error', 'a') }, NOON)
    tell(first, 'slack', NOON)
    first.take({ kind: 'begun', alert: facts('error', 'b') }, NOON)
    const second = incidents(first.takeChanges(NOON).changed)
    second.take({ kind: 'begun', alert: facts('error', 'a') }, at({ seconds: 30 }))
    expect(tell(second, 'slack', at({ seconds: 30 }))).toEqual(['9-2 begun error'])
  })

  test('with other channels tells by them what still stands', () => {
    const first = incidents()
    first.take({ kind: 'begun', alert: facts('error', 'a') }, NOON)
    tell(first, 'slack', NOON)
    const second = incidents(first.all(), [{ name: 'email', minSeverity: 'warning' }])
    expect(tell(second, 'email', at({ minutes: 60 }))).toEqual(['9-1 begun error'])
  })

  test('gets the changes that could not be stored', () => {
    const all = incidents()
    all.take({ kind: 'begun', alert: facts('error') }, NOON)
    const changes = all.takeChanges(NOON)
    expect(all.takeChanges(NOON).changed).toEqual([])
    all.giveBack(changes)
    expect(all.takeChanges(NOON).changed.map(({ id }) => id)).toEqual(['9-1'])
  })
})

test('what is told and a week old is forgotten, what is owed is not', () => {
  const all = incidents()
  all.take({ kind: 'begun', alert: facts('error', 'told') }, NOON)
  tell(all, 'slack', NOON)
  all.take({ kind: 'begun', alert: facts('error', 'owed') }, NOON)
  all.takeChanges(NOON)
  const later8Days = later(NOON, 8 * 24 * 60 * 60_000)
  all.take({ kind: 'begun', alert: facts('error', 'new') }, later8Days)
  expect(all.takeChanges(later8Days).removed).toEqual(['9-1'])
  expect(all.all().map(({ id }) => id)).toEqual(['9-2', '9-3'])
})

import { expect, test } from 'vitest'
import { alertOf } from '../../src/alerts/alert-of-line.ts'
import type { Line, LineLevel } from '../../src/line-queue.ts'

function line(level: LineLevel, message: string, facts: Line['facts']): Line {
  return { level, message, topic: null, facts }
}

test.each([
  ['fatal', 'critical'],
  ['error', 'error'],
  ['warn', 'warning'],
] as const)('a line of level %s that says alert is an alert of severity %s', (level, severity) => {
  const told = line(level, 'Alert: a copy failed', { event: 'alert', alert: 'copy-failed', reason: 'full' })
  expect(alertOf(told)).toEqual({
    kind: 'begun',
    alert: { key: 'copy-failed', code: 'copy-failed', severity, accountId: null, text: 'a copy failed', details: [] },
  })
})

test('an alert of an account is another one than that of the next account', () => {
  const facts = { event: 'alert', alert: 'stream-down', severity: 'critical' }
  const keys = [7_001_001, 7_001_002].map((accountId) => {
    const event = alertOf(line('fatal', 'Alert: no stream', { ...facts, accountId }))
    return event?.kind === 'begun' ? event.alert.key : null
  })
  expect(keys).toEqual(['stream-down of 7001001', 'stream-down of 7001002'])
})

test('a breach that called people by an alert of its own is no second one', () => {
  const breach = { event: 'breach-begun', accountId: 7_001_001, breachId: '1-5', rule: 'GUARD-001', shadow: false }
  const facts = { ...breach, measured: 'down', limit: 'up', cause: 'stream-lost', calls: 'stream-down' }
  expect(alertOf(line('warn', 'Breach: GUARD-001: no stream', facts))).toBeNull()
  expect(alertOf(line('warn', 'Breach: GUARD-001: no stream', { ...facts, calls: null }))?.kind).toBe('begun')
})

test.each([
  [{ event: 'config-refused', problems: 'two of them' }, 'config-refused', ['two of them']],
  [{ event: 'alert', accountId: 'nonsense' }, 'alert', []],
])('a line with the lead of an alert is one, whatever its facts are: %j', (facts, code, details) => {
  const event = alertOf(line('error', 'Alert: the files are refused', facts))
  expect(event).toMatchObject({
    kind: 'begun',
    alert: { code, severity: 'error', text: 'the files are refused', details },
  })
})

test('a line about anything else is none', () => {
  expect(alertOf(line('fatal', 'The program ends', { event: 'failure' }))).toBeNull()
  expect(alertOf(line('fatal', 'no facts', {}))).toBeNull()
})

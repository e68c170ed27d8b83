import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { LogLine } from '@rm/runtime-pack'
import { JsonFace, TextFace } from '../src/story-face.ts'

const AT = '2026-11-18T15:29:30.000Z'
const line = (event: string, msg: string, facts: Readonly<Record<string, unknown>> = {}): LogLine => ({
  level: 'info',
  time: AT,
  at: AT,
  accountId: 7001001,
  event,
  msg,
  ...facts,
})

/** A breach, the goal that is owed to it, reached twice, and an order of RULE-012. */
const LINES = [
  line('breach-begun', 'Breach: RULE-001: 4 contracts', { rule: 'RULE-001', breachId: 'b-1' }),
  line('command-sent', 'Enforcement triggered: reduce-position', { goalId: 'g-1', eventToRequestMs: 2 }),
  line('goal-ended', 'Goal moot', { origin: 'b-1', state: 'moot', tookMs: 0, explanation: ['RULE-001: was so'] }),
  line('goal-ended', 'Goal reached', { origin: 'b-1', state: 'reached', tookMs: 0, explanation: ['RULE-001: sent'] }),
  line('goal-ended', 'Goal reached', { origin: 'b-1', state: 'reached', tookMs: 0, explanation: ['RULE-001: again'] }),
  line('command-sent', 'Trade management: place-order', { goalId: null, eventToRequestMs: 2 }),
  line('order-managed', 'Trade management effective: place-order', { explanation: ['RULE-012 at 09:30: why'] }),
  line('order-managed', 'Trade management effective: modify-order', { explanation: ['RULE-012 at 09:31: why'] }),
  line('lockout-set', 'Lockout set', { rule: 'RULE-003', lockoutId: 'l-1' }),
  line('alert-over', 'Alert over: stream-down'),
  line('rule-evaluated', 'not for people who watch'),
]
const LEDGER = [{ id: 7001001, name: 'PRAC', holds: '1 CON.F.US.MES.Z26', orders: ['sell 1 CON.F.US.MES.Z26 stop 1'] }]
const SUMMARY = {
  events: 9,
  breaches: 1,
  enforcements: 1,
  eventToRequestMs: { p50: 2, p99: 2 },
  accounts: [{ accountId: 7001001, word: 'LOCKED', lockouts: ['RULE-003 flat'] }],
}

function told(face: 'text' | 'json'): readonly string[] {
  let text = ''
  const out = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const story = face === 'text' ? new TextFace(out) : new JsonFace(out)
  for (const one of LINES) story.tell(one)
  story.close(SUMMARY, LEDGER)
  return stripVTControlCharacters(text).split('\n')
}

test('the text explains the first enforcement of a rule, and not a goal for which nothing had to be done', () => {
  expect(told('text').filter((text) => text.includes('·'))).toEqual([
    expect.stringContaining('· RULE-001: sent'),
    expect.stringContaining('· RULE-012 at 09:30: why'),
  ])
})

test('the text tells of the first order that is kept in place how it is known to be done, and of the others that they were sent', () => {
  expect(told('text').filter((text) => text.includes('Trade management'))).toEqual([
    expect.stringContaining('Trade management: place-order'),
    expect.stringContaining('Trade management effective: place-order'),
  ])
})

test('the text tells what is over as well, and nothing that only the log needs', () => {
  const text = told('text').join('\n')
  expect(text).toContain('Alert over: stream-down')
  expect(text).not.toContain('not for people')
})

test('the text sums up rule by rule, and each account with its orders and lockouts', () => {
  const text = told('text')
  const start = text.indexOf('  rule      breaches  lockouts  enforcements verified')
  expect(text.slice(start, -1)).toEqual([
    '  rule      breaches  lockouts  enforcements verified',
    '  RULE-001  1         0         2',
    '  RULE-003  0         1         0',
    '  RULE-012  0         0         0         1 orders placed, moved or removed',
    '',
    "  account   is          on the gateway's ledger",
    '  7001001   LOCKED      1 CON.F.US.MES.Z26',
    '                        sell 1 CON.F.US.MES.Z26 stop 1',
    '                        RULE-003 flat',
  ])
})

test('the last JSON line has the same sums', () => {
  const last: unknown = JSON.parse(told('json').at(-2) ?? '')
  expect(last).toEqual({
    event: 'day-ended',
    summary: SUMMARY,
    rules: [
      { rule: 'RULE-001', breaches: 1, lockouts: 0, enforcements: 2, orders: 0 },
      { rule: 'RULE-003', breaches: 0, lockouts: 1, enforcements: 0, orders: 0 },
      { rule: 'RULE-012', breaches: 0, lockouts: 0, enforcements: 0, orders: 1 },
    ],
    ledger: LEDGER,
  })
})

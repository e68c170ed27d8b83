import { instantOf, usd } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PnlReport, type RouteName, ROUTES, socketPath, wireText } from '../src/index.ts'

const names = Object.keys(ROUTES) as RouteName[]

describe('the routes', () => {
  test('change something for the administrator alone (S-17)', () => {
    expect(names.filter((name) => ROUTES[name].method === 'POST' && ROUTES[name].role !== 'admin')).toEqual([])
  })

  test('have none that unlocks (S-04)', () => {
    expect(names.filter((name) => /unlock|release|clear|pause/.test(`${name} ${ROUTES[name].path}`))).toEqual([])
  })

  test.each([
    ['2026-11-16', '2026-11-22', true],
    ['2026-11-16', '2026-11-23', false],
    ['2026-11-16', '2026-11-31', false],
  ])('tell the days from %s to %s: %s', (from, to, isAllowed) => {
    expect(ROUTES.days.input.safeParse({ account: '7001001', from, to }).success).toBe(isAllowed)
  })

  test('have a path each', () => {
    expect(new Set(names.map((name) => ROUTES[name].path)).size).toBe(names.length)
  })
})

describe('values on the wire', () => {
  const pnl: PnlReport = {
    day: '2026-11-18',
    net: usd(-5_124_000),
    gross: usd(-5_000_000),
    costs: usd(124_000),
    unrealized: null,
    total: null,
    week: { since: instantOf('2026-11-16T22:00:00Z'), knownFrom: null, net: null, gross: null, costs: null },
    products: [],
  }

  test('are decimal text for amounts, and null for what nobody knows', () => {
    const wire = z.encode(PnlReport, pnl)
    expect(wire).toMatchObject({ net: '-512.40', unrealized: null })
    expect(PnlReport.parse(wire)).toEqual(pnl)
  })

  test('are UTC text for moments', () => {
    const from = instantOf('2026-11-18T15:45:00.123Z')
    const shown = wireText('audit', { head: { seq: 1, hash: 'a' }, records: [{ ...RECORD, at: from }], next: null })
    expect(shown).toContain('2026-11-18T15:45:00.123Z')
  })

  test('that are no amounts are refused', () => {
    expect(PnlReport.safeParse({ ...z.encode(PnlReport, pnl), net: 'a lot' }).success).toBe(false)
  })
})

test('each role has a socket of its own in the folder', () => {
  expect(socketPath('/run/risk-manager', 'admin')).not.toBe(socketPath('/run/risk-manager', 'trader'))
})

const RECORD = {
  seq: 1,
  run: 1,
  accountId: null,
  actor: 'admin',
  action: 'panic',
  subject: 'all',
  detail: {},
  hash: 'a',
}

import { instantOf, later } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { type EnabledRules, evaluateRules, nextCheck } from '../src/evaluate.ts'
import { rules } from '../src/registry.ts'
import { aContext, aView, held, money, NOW } from './account-views.ts'

const { MNQ, ES } = contracts
const maxContracts = rules.max_contracts.settings.parse({ limit: 2 })
const perInstrument = rules.max_contracts_per_instrument.settings.parse({ instrument_limits: { MNQ: 1 } })
const dailyLoss = rules.daily_realized_loss.settings.parse({ limit: -500 })
const grace = rules.no_stop_loss_grace.settings.parse({ enabled: true, warn_at: [] })

const resultOf = (view: Parameters<typeof aView>[0]) =>
  evaluateRules({ daily_realized_loss: dailyLoss }, aView(view), aContext())[0]?.result

describe('the evaluation of rules', () => {
  test('lets every enabled rule look, in the order of the log', () => {
    const enabled: EnabledRules = {
      max_contracts_per_instrument: perInstrument,
      max_contracts: maxContracts,
      daily_realized_loss: dailyLoss,
    }
    const trades = [aTrade(1, MNQ, { realizedPnl: money('-600') })]
    const verdicts = evaluateRules(enabled, aView({ positions: [held(MNQ, 3)], trades }), aContext())
    expect(verdicts.map(({ code, result }) => [code, result])).toEqual([
      ['RULE-003', 'BREACH'],
      ['RULE-001', 'BREACH'],
      ['RULE-002', 'BREACH'],
    ])
  })

  test('asks no rule that is off', () => {
    expect(evaluateRules({}, aView({ positions: [held(MNQ, 99)] }), aContext())).toEqual([])
  })

  test('tells a pass from what could not be seen, and a breach outweighs both', () => {
    const blindPosition = held(MNQ, 1, { value: { kind: 'unknown', reason: 'no quote yet', lastKnown: null } })
    expect(resultOf({ positions: [held(MNQ, 1)] })).toBe('PASS')
    expect(resultOf({ positions: [blindPosition] })).toBe('BLIND')
    expect(resultOf({ positions: [blindPosition], trades: [aTrade(1, MNQ, { realizedPnl: money('-500') })] })).toBe(
      'BREACH',
    )
  })

  test('keeps the finding of a shadowed rule without its effect', () => {
    const shadowed: EnabledRules = { daily_realized_loss: { ...dailyLoss, mode: 'shadow' } }
    const view = aView({ trades: [aTrade(1, MNQ, { realizedPnl: money('-500') })] })
    const [verdict] = evaluateRules(shadowed, view, aContext())
    expect(verdict).toMatchObject({ mode: 'shadow', result: 'BREACH', fault: null })
    expect(verdict?.verdict.findings).toMatchObject([{ measured: '-$500.00', goals: [], lockout: null }])
  })

  test('tells whoever measures of each rule when it has judged, one that throws among them (P-07)', () => {
    const order: string[] = []
    const broken = { ...aView({}) }
    Object.defineProperty(broken, 'realized', {
      get: () => {
        order.push('RULE-003 looks')
        throw new TypeError('no P&L')
      },
    })
    const enabled: EnabledRules = { daily_realized_loss: dailyLoss, max_contracts: maxContracts }
    evaluateRules(enabled, broken, aContext(), { judged: (rule) => order.push(rule) })
    expect(order).toEqual(['RULE-003 looks', 'RULE-003', 'RULE-001'])
  })

  test('takes a rule that throws for a breach of its own safety, and the other rules still look (P-07)', () => {
    const broken = { ...aView({ positions: [held(MNQ, 3)] }) }
    Object.defineProperty(broken, 'realized', {
      get: () => {
        throw new TypeError('no P&L')
      },
    })
    const enabled: EnabledRules = { daily_realized_loss: dailyLoss, max_contracts: maxContracts }
    const [faulty, sound] = evaluateRules(enabled, broken, aContext())
    expect(faulty?.fault?.message).toBe('no P&L')
    expect(faulty).toMatchObject({ code: 'RULE-003', result: 'BREACH' })
    expect(faulty?.verdict.findings).toMatchObject([
      { scope: 'account', goals: [{ kind: 'reduce-only', baseline: new Map([[MNQ.id, 3]]) }], lockout: null },
    ])
    expect(sound).toMatchObject({ code: 'RULE-001', result: 'BREACH', fault: null })
    const [shadowed] = evaluateRules({ daily_realized_loss: { ...dailyLoss, mode: 'shadow' } }, broken, aContext())
    expect(shadowed?.verdict.findings).toMatchObject([{ goals: [] }])
  })

  test('finds what a rule says once it works again more severe than its fault', () => {
    const view = aView({ positions: [held(MNQ, 3)], trades: [aTrade(1, MNQ, { realizedPnl: money('-500') })] })
    const enabled: EnabledRules = {
      daily_realized_loss: dailyLoss,
      max_contracts: maxContracts,
      max_contracts_per_instrument: perInstrument,
    }
    for (const { verdict } of evaluateRules(enabled, view, aContext())) {
      expect(verdict.findings[0]?.tier).toBeGreaterThan(0)
    }
  })
})

describe('the next look', () => {
  const unprotected = held(ES, 1, { protection: { uncoveredMs: 4_000, covered: false, measuredAt: NOW } })

  test('is the earliest that any rule wants', () => {
    const view = aView({ positions: [unprotected] })
    expect(nextCheck({ daily_realized_loss: dailyLoss }, view, aContext())).toBe(instantOf('2026-03-09T22:00:00Z'))
    expect(nextCheck({ daily_realized_loss: dailyLoss, no_stop_loss_grace: grace }, view, aContext())).toBe(
      later(NOW, 6_000),
    )
    expect(nextCheck({ max_contracts: maxContracts }, view, aContext())).toBeNull()
  })

  test('comes soon when a rule cannot say', () => {
    const broken = aView({ positions: [held(ES, 1)] })
    Object.defineProperty(broken.positions[0], 'protection', {
      get: () => {
        throw new TypeError('no meter')
      },
    })
    expect(nextCheck({ no_stop_loss_grace: grace }, broken, aContext())).toBe(later(NOW, 1_000))
  })
})

import { ContractId, type ContractSpec, usd } from '@rm/domain'
import { anOrder, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { stillBlocks, symbolBlocks } from '../src/symbol-blocks.ts'
import { SymbolPattern } from '../src/symbol-pattern.ts'
import { aContext, aView, held, type ViewInputs } from './account-views.ts'
import { problemOf } from './problem-of.ts'

const { RTY, ES, NQ, MNQ, MES } = contracts

function spec(root: string, product: string): ContractSpec {
  const id = ContractId.parse(`CON.F.US.${product}.Z26`)
  return { id, name: `${root}Z6`, product, root, tickSize: 1, tickValue: usd(1), active: true }
}

const RTY_MARCH: ContractSpec = { ...RTY, id: ContractId.parse('CON.F.US.RTY.H27'), name: 'RTYH7' }
const MBT = spec('MBT', 'MBT')
const MET = spec('MET', 'GMET')
const M2K = spec('M2K', 'M2K')
const GC = spec('GC', 'GCE')
const MGC = spec('MGC', 'MGC')
const ESM = spec('ESM', 'ESM')

function settingsOf(blocked: readonly string[], more: object = {}) {
  return symbolBlocks.settings.parse({ enabled: true, blocked_symbols: blocked, ...more })
}

function verdictOf(blocked: readonly string[], view: ViewInputs, more: object = {}) {
  return symbolBlocks.evaluate(settingsOf(blocked, more), aView(view), aContext())
}

function check(blocked: readonly string[], contract: ContractSpec, scopes: readonly string[]): void {
  expect(verdictOf(blocked, { positions: [held(contract, 1)] }).findings.map(({ scope }) => scope)).toEqual(scopes)
}

describe('symbol blocks', () => {
  const blocked = ['RTY', '*BT*', 'GC']

  test('1: an order in a blocked product must not work', () => {
    const { findings } = verdictOf(blocked, { orders: [anOrder(1, RTY, { type: 'limit' })] })
    expect(findings).toMatchObject([
      {
        scope: 'product:RTY',
        goals: [{ kind: 'flat-product', product: 'RTY' }],
        lockout: { scope: 'product:RTY', effect: 'flat', until: { kind: 'config' } },
      },
    ])
  })

  test('2: two months of a product are one block', () =>
    expect(verdictOf(blocked, { positions: [held(RTY, 1), held(RTY_MARCH, -2)] }).findings).toHaveLength(1))

  test.each([
    ['3: MBT', MBT, ['product:MBT']],
    ['4: M2K', M2K, []],
    ['5: MGC, as GC is anchored', MGC, []],
    ['GC itself', GC, ['product:GC']],
  ] as const)('%s', (_name, contract, scopes) => check(blocked, contract, scopes))

  test.each([
    ['ES', ES, true],
    ['ES', MES, false],
    ['ES', ESM, false],
    ['EP', ES, true],
    ['es', ES, true],
    ['ES*', ESM, true],
    ['M*', MNQ, true],
    ['M*', NQ, false],
    ['M??', MNQ, true],
    ['C*', ES, false],
    ['*S', ES, true],
    ['*Z26', ES, false],
    ['GMET', MET, true],
    ['MET', MET, true],
    ['CON.F.US.EP.Z26', ES, true],
    ['CON.F.US.EP.*', ES, true],
    ['con.f.us.ep.z26', ES, true],
    ['CON.F.US.EP.H27', ES, false],
    ['E.', ES, false],
  ] as const)('%s names %o: %s', (pattern, contract, isBlocked) =>
    expect(verdictOf([pattern], { positions: [held(contract, 1)] }).findings).toHaveLength(isBlocked ? 1 : 0),
  )

  test('a pattern of contract ids blocks that month alone', () => {
    const positions = [held(RTY, 1), held(RTY_MARCH, 1)]
    const { findings } = verdictOf(['CON.F.US.RTY.Z26'], { positions })
    expect(findings.map(({ goals }) => goals)).toEqual([[{ kind: 'flat-product', product: RTY.id }]])
  })

  test('other products are free', () =>
    expect(verdictOf(blocked, { positions: [held(ES, 1), held(RTY, 1)] }).findings.map(({ scope }) => scope)).toEqual([
      'product:RTY',
    ]))
})

describe('a contract whose record is unknown', () => {
  const unknown = held(ES, 1, { contract: null })

  test('is blocked when its code says so', () => {
    const { findings, blind } = verdictOf(['EP'], { positions: [unknown] })
    expect([findings[0]?.scope, blind]).toEqual(['product:EP', []])
  })

  test('is told and left open unless it is to be blocked', () => {
    const told = verdictOf(['RTY'], { positions: [unknown] })
    expect(told.findings).toMatchObject([{ goals: [], lockout: null, alert: { code: 'product-unknown' } }])
    expect(told.blind).toHaveLength(1)
    const closed = verdictOf(['RTY'], { positions: [unknown] }, { mode_unknown_product: 'block' })
    expect(closed.findings).toMatchObject([{ goals: [{ kind: 'flat-contract', contractId: ES.id }], lockout: null }])
  })

  test('is free of patterns that name contract ids', () =>
    expect(verdictOf(['CON.F.US.RTY.*'], { positions: [unknown] })).toMatchObject({ findings: [], blind: [] }))
})

const enabled = (blocked: readonly string[], more: object = {}) => ({ symbol_blocks: settingsOf(blocked, more) })

describe('the end of a block', () => {
  test.each([
    ['the rule is off', {}, 'RTY', [RTY], false],
    ['the rule is in shadow mode', enabled(['RTY'], { mode: 'shadow' }), 'RTY', [RTY], false],
    ['another product is named', enabled(['GC']), 'RTY', [RTY], false],
    ['it is still named', enabled(['RTY']), 'RTY', [RTY], true],
    ['it is named by its code now', enabled(['EP']), 'ES', [ES], true],
    ['it is named by a pattern now', enabled(['E?']), 'ES', [ES], true],
    ['only one of its months is named', enabled(['CON.F.US.RTY.H27']), 'RTY', [RTY, RTY_MARCH], false],
    ['a month is named that was', enabled(['CON.F.US.RTY.*']), RTY.id, [RTY], true],
    ['nothing is known of it, and a pattern could name it', enabled(['GC']), 'EP', [], true],
    ['nothing is known of it, and no pattern could', enabled(['CON.F.US.GCE.*']), 'EP', [], false],
  ] as const)('%s', (_name, rules, product, known, expected) =>
    expect(stillBlocks(rules, product, known)).toBe(expected),
  )
})

const problem = (settings: object) =>
  problemOf(symbolBlocks.settings.safeParse({ enabled: true, ...settings }).error?.issues[0])

describe('its settings', () => {
  test('refuse to block nothing', () => {
    expect(problem({})?.expected).toBe('at least one product')
    expect(symbolBlocks.settings.safeParse({}).success).toBe(true)
  })

  test.each(['*', '**', '?*', '*?', 'CON.*', 'con.?*'])(
    'refuse %s, which blocks everything, unless it is meant',
    (text) => {
      expect(problem({ blocked_symbols: ['RTY', text] })?.why).toBe('it blocks every product')
      expect(problem({ blocked_symbols: ['RTY', text], allow_block_all: true })).toBeNull()
    },
  )

  test.each(['M*', '*S', '??', 'CON.F.US.EP.*'])('take %s', (text) =>
    expect(problem({ blocked_symbols: [text] })).toBeNull(),
  )
})

test('a pattern takes every other character as it is', () => {
  expect(new SymbolPattern('6E').matches('6e')).toBe(true)
  expect(new SymbolPattern('(A|B)').matches('A')).toBe(false)
})

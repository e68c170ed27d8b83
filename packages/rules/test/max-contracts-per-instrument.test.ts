import { describeGoal, later } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { maxContractsPerInstrument } from '../src/max-contracts-per-instrument.ts'
import { problemOf } from './problem-of.ts'
import { aContext, aView, held, NOW, type ViewInputs } from './account-views.ts'

const { ES, MES, MNQ, MNQH27, NQ, RTY } = contracts
const LIMITS = { MNQ: 2, ES: 1 }

function verdictOf(settings: object, positions: ViewInputs['positions'] = []) {
  const parsed = maxContractsPerInstrument.settings.parse({ instrument_limits: LIMITS, ...settings })
  return maxContractsPerInstrument.evaluate(parsed, aView({ positions }), aContext())
}

const newer = { enlargedAt: later(NOW, 1_000) }

describe('max contracts per instrument', () => {
  test.each<{
    name: string
    settings?: object
    positions: ViewInputs['positions']
    expected: readonly string[] | 'no breach'
  }>([
    { name: 'allows the limit itself', positions: [held(MNQ, 2), held(ES, -1)], expected: 'no breach' },
    { name: 'closes the excess of a long position', positions: [held(MNQ, 3)], expected: [`at most 2 ${MNQ.id} long`] },
    {
      name: 'buys back the excess of a short one',
      positions: [held(MNQ, -3)],
      expected: [`at most 2 ${MNQ.id} short`],
    },
    {
      name: 'counts all months of a product and reduces the newer one',
      positions: [held(MNQ, 2), held(MNQH27, -2, newer)],
      expected: [`at most 0 ${MNQH27.id} short`],
    },
    {
      name: 'takes the rest from the older month',
      positions: [held(MNQ, 3, newer), held(MNQH27, -3)],
      settings: { instrument_limits: { MNQ: 1 } },
      expected: [`at most 0 ${MNQ.id} long`, `at most 1 ${MNQH27.id} short`],
    },
    { name: 'closes a product without a limit', positions: [held(RTY, 1)], expected: ['flat RTY'] },
    {
      name: 'allows a product without a limit so many contracts',
      settings: { unknown_symbol_action: 'allow_with_limit:1' },
      positions: [held(RTY, 2)],
      expected: [`at most 1 ${RTY.id} long`],
    },
    {
      name: 'allows a product without a limit any number when told so',
      settings: { unknown_symbol_action: 'allow_unlimited' },
      positions: [held(RTY, 99)],
      expected: 'no breach',
    },
    {
      name: 'does not take MES for ES',
      settings: { instrument_limits: { ES: 1 } },
      positions: [held(MES, 1)],
      expected: ['flat MES'],
    },
    {
      name: 'has a default limit',
      settings: { default_limit: 3 },
      positions: [held(RTY, 4)],
      expected: [`at most 3 ${RTY.id} long`],
    },
    {
      name: 'closes a product whose limit is 0',
      settings: { instrument_limits: { RTY: 0 } },
      positions: [held(RTY, 1)],
      expected: ['flat RTY'],
    },
    {
      name: 'closes the whole product when told so',
      settings: { enforcement: 'close_all' },
      positions: [held(MNQ, 3)],
      expected: ['flat MNQ'],
    },
    {
      name: 'finds a product by the code of the gateway',
      settings: { instrument_limits: { ENQ: 1 } },
      positions: [held(NQ, 2)],
      expected: [`at most 1 ${NQ.id} long`],
    },
    {
      name: 'takes a contract id for its product',
      settings: { instrument_limits: { [MNQH27.id]: 2 } },
      positions: [held(MNQ, 3)],
      expected: [`at most 2 ${MNQ.id} long`],
    },
    {
      name: 'takes the smaller of two limits for one product',
      settings: { instrument_limits: { NQ: 3, ENQ: 1 } },
      positions: [held(NQ, 2)],
      expected: [`at most 1 ${NQ.id} long`],
    },
    { name: 'demands nothing twice', positions: [held(MNQ, 3, { projectedSize: 2 })], expected: [] },
    { name: 'demands a flat product once', positions: [held(RTY, 3, { projectedSize: 0 })], expected: [] },
    {
      name: 'judges a product without a record by the code of the gateway',
      positions: [held(MNQ, 3, { contract: null })],
      expected: [`at most 2 ${MNQ.id} long`],
    },
  ])('$name', ({ settings = {}, positions, expected }) => {
    const [finding] = verdictOf(settings, positions).findings
    expect(finding === undefined ? 'no breach' : finding.goals.map(describeGoal)).toEqual(expected)
  })

  test('finds one breach per product', () => {
    const { findings } = verdictOf({}, [held(MNQ, 3), held(ES, 2)])
    expect(findings.map(({ scope, message }) => [scope, message])).toEqual([
      ['product:MNQ', 'MNQ: 3 contracts are open; the limit is 2.'],
      ['product:ES', 'ES: 2 contracts are open; the limit is 1.'],
    ])
  })

  test('is blind for a product that only its missing contract record could name', () => {
    const verdict = verdictOf({ instrument_limits: { NQ: 1 } }, [held(NQ, 5, { contract: null })])
    expect(verdict.findings).toEqual([])
    expect(verdict.blind).toEqual([`no contract record of ${NQ.id}, so its limit is unknown`])
  })

  test('needs no contract record when one answer holds for every product', () => {
    const verdict = verdictOf({ instrument_limits: {}, default_limit: 1 }, [held(NQ, 5, { contract: null })])
    expect(verdict.findings[0]?.scope).toBe('product:ENQ')
    expect(verdict.blind).toEqual([])
  })

  test.each([
    [{}, 0],
    [{ instrument_limits: { MNQ: 4 } }, 0.5],
    [{ instrument_limits: { MNQ: 0 } }, 1],
  ])('reports the largest used share of %j', (settings, share) => {
    const positions = share === 0 ? [] : [held(MNQ, 2)]
    expect(verdictOf(settings, positions).use).toBe(share)
  })

  test.each(['blok', 'allow_with_limit:-1', 'allow_with_limit:1001', 'allow_with_limit: 1', 'BLOCK', true])(
    'refuses unknown_symbol_action %j with what it expects',
    (written) => {
      const parsed = maxContractsPerInstrument.settings.safeParse({ unknown_symbol_action: written })
      const [issue] = parsed.error?.issues ?? []
      expect(problemOf(issue)?.expected).toBe('block, allow_with_limit:N or allow_unlimited')
    },
  )

  test('refuses a default limit beside an action for unknown symbols', () => {
    const written = { default_limit: 2, unknown_symbol_action: 'block' }
    const [issue] = maxContractsPerInstrument.settings.safeParse(written).error?.issues ?? []
    expect(issue?.path).toEqual(['unknown_symbol_action'])
    expect(problemOf(issue)?.fix).toBe('remove one of them')
  })

  test.each([{ MNQ: -1 }, { MNQ: 1_001 }, { MNQ: 1.5 }, { MNQ: '2' }])('refuses the limits %j', (instrument_limits) => {
    expect(maxContractsPerInstrument.settings.safeParse({ instrument_limits }).success).toBe(false)
  })

  test('knows what the old key of its limits became', () => {
    expect(maxContractsPerInstrument.renamedKeys['limits']).toBe('instrument_limits')
  })
})

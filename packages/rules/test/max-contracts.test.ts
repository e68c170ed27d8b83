import { ContractId, type ContractSpec, describeGoal, OrderId, type PositionView } from '@rm/domain'
import { anOrder, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { maxContracts } from '../src/max-contracts.ts'
import { aContext, aView, held, type ViewInputs } from './account-views.ts'

const { ES, ESH27, MES, MNQ, NQ, RTY, CL } = contracts

function goalsOf(settings: object, view: ViewInputs): readonly string[] | 'no breach' {
  const verdict = maxContracts.evaluate(maxContracts.settings.parse({ limit: 5, ...settings }), aView(view), aContext())
  const [finding] = verdict.findings
  return finding === undefined ? 'no breach' : finding.goals.map(describeGoal)
}

describe('an entry that fills while it works', () => {
  const orders = [anOrder(1, MNQ, { type: 'limit', size: 4, limitPrice: 20_990 })]

  test('counts once, when the position tells of the fill first', () => {
    const positions = [held(MNQ, 2, { grownAhead: 2 })]
    expect(goalsOf({ include_working_orders: true }, { positions, orders })).toBe('no breach')
    expect(goalsOf({ include_working_orders: true, limit: 3 }, { positions, orders })).toHaveLength(1)
  })

  test('leaves nothing out of orders of the other side', () => {
    const positions = [held(MNQ, -2, { grownAhead: -2 })]
    expect(goalsOf({ include_working_orders: true, limit: 1 }, { positions, orders })).toHaveLength(2)
  })
})

const cap = (contract: { id: string }, side: 'long' | 'short', contractsMax: number): string =>
  `at most ${contractsMax} ${contract.id} ${side}`

describe('max contracts', () => {
  test.each<{ name: string; settings?: object; view: ViewInputs; expected: readonly string[] | 'no breach' }>([
    {
      name: 'allows the limit itself',
      view: { positions: [held(MNQ, 3), held(ES, 2)], enlarged: ES.id },
      expected: 'no breach',
    },
    {
      name: 'reduces the contract that the event enlarged',
      view: { positions: [held(MNQ, 4), held(ES, 2)], enlarged: MNQ.id },
      expected: [cap(MNQ, 'long', 3)],
    },
    {
      name: 'counts both sides in gross',
      view: { positions: [held(MNQ, 5), held(ES, -3)], enlarged: ES.id },
      expected: [cap(ES, 'short', 0)],
    },
    {
      name: 'lets sides offset each other in net',
      settings: { count_type: 'net' },
      view: { positions: [held(MNQ, 5), held(ES, -3)], enlarged: ES.id },
      expected: 'no breach',
    },
    {
      name: 'counts both months of a roll in gross',
      view: { positions: [held(ES, 3), held(ESH27, -3)], enlarged: ESH27.id },
      expected: [cap(ESH27, 'short', 2)],
    },
    {
      name: 'nets the months of a product in net_by_product',
      settings: { count_type: 'net_by_product' },
      view: { positions: [held(ES, 3), held(ESH27, -3)], enlarged: ESH27.id },
      expected: 'no breach',
    },
    {
      name: 'caps the new side after a flip',
      view: { positions: [held(MNQ, -6)], enlarged: MNQ.id },
      expected: [cap(MNQ, 'short', 5)],
    },
    {
      name: 'weighs ten micros as one mini',
      settings: { weighting: 'mini_equivalent' },
      view: { positions: [held(ES, 4), held(MES, 10)], enlarged: MES.id },
      expected: 'no breach',
    },
    {
      name: 'closes the fewest minis that take the excess micro units away',
      settings: { weighting: 'mini_equivalent' },
      view: { positions: [held(MES, 3), held(ES, 5)], enlarged: ES.id },
      expected: [cap(ES, 'long', 4)],
    },
    {
      name: 'takes the weight that the settings give a product',
      settings: { weighting: 'mini_equivalent', weights: { RTY: 25 } },
      view: { positions: [held(RTY, 3)], enlarged: RTY.id },
      expected: [cap(RTY, 'long', 2)],
    },
    {
      name: 'weighs a product as a mini when it is no known micro',
      settings: { weighting: 'mini_equivalent' },
      view: { positions: [held(CL, 6)], enlarged: CL.id },
      expected: [cap(CL, 'long', 5)],
    },
    {
      name: 'reduces the largest position when no event enlarged one, as after a restart',
      view: { positions: [held(ES, 2), held(MNQ, -5)] },
      expected: [cap(MNQ, 'short', 3)],
    },
    {
      name: 'breaks a tie of sizes by contract id',
      view: { positions: [held(NQ, 3), held(MNQ, 3)] },
      expected: [cap(NQ, 'long', 2)],
    },
    {
      name: 'takes the rest from the next candidate when the enlarged one is not enough',
      settings: { limit: 2 },
      view: { positions: [held(ES, 1), held(MNQ, 4)], enlarged: ES.id },
      expected: [cap(ES, 'long', 0), cap(MNQ, 'long', 2)],
    },
    {
      name: 'spares the side that offsets in net, although it grew',
      settings: { limit: 2, count_type: 'net' },
      view: { positions: [held(MNQ, 7), held(ES, -3)], enlarged: ES.id },
      expected: [cap(MNQ, 'long', 5)],
    },
    {
      name: 'never reduces a product beyond the point where its months offset each other',
      settings: { limit: 1, count_type: 'net_by_product' },
      view: { positions: [held(ES, 5), held(ESH27, -3), held(MNQ, 3)], enlarged: ES.id },
      expected: [cap(ES, 'long', 3), cap(MNQ, 'long', 1)],
    },
    {
      name: 'closes everything when told so',
      settings: { enforcement: 'close_all' },
      view: { positions: [held(MNQ, 6)], enlarged: MNQ.id },
      expected: ['flat account'],
    },
    {
      name: 'does not demand again what is being closed already',
      settings: { enforcement: 'close_all' },
      view: { positions: [held(MNQ, 6, { projectedSize: 0 })], enlarged: MNQ.id },
      expected: [],
    },
    {
      name: 'stays breached without a new goal while the reduction is in flight',
      view: { positions: [held(MNQ, 6, { projectedSize: 5 })], enlarged: MNQ.id },
      expected: [],
    },
    {
      name: 'demands one more when another contract grows while the reduction is in flight',
      view: { positions: [held(MNQ, 6, { projectedSize: 5 }), held(ES, 1)], enlarged: ES.id },
      expected: [cap(ES, 'long', 0)],
    },
    {
      name: 'ignores working orders by default',
      view: { positions: [held(MNQ, 5)], orders: [anOrder(1, MNQ, { type: 'limit', size: 5 })] },
      expected: 'no breach',
    },
  ])('$name', ({ settings = {}, view, expected }) => {
    expect(goalsOf(settings, view)).toEqual(expected)
  })
})

/** A contract of a product that the builders do not have; its weight follows from its exchange root alone. */
function contractOf(root: string): ContractSpec {
  return { ...CL, id: ContractId.parse(`CON.F.US.${root}.Z26`), name: `${root}Z6`, product: root, root }
}

describe('the weight of a product', () => {
  const micros = ['MES', 'MNQ', 'M2K', 'MYM', 'MCL', 'MNG', 'MGC', 'MHG', 'M6E', 'M6B', 'M6A', 'MCD']
  const weighted = { weighting: 'mini_equivalent', limit: 1 }

  test.each(micros)('of the micro %s is a tenth of a mini', (root) => {
    expect(goalsOf(weighted, { positions: [held(contractOf(root), 10)] })).toBe('no breach')
    expect(goalsOf(weighted, { positions: [held(contractOf(root), 11)] })).toHaveLength(1)
  })

  test.each(['ES', 'CL', 'SIL', 'MBT', 'MET'])('of %s is a mini, until the settings say otherwise', (root) => {
    expect(goalsOf(weighted, { positions: [held(contractOf(root), 1)] })).toBe('no breach')
    expect(goalsOf(weighted, { positions: [held(contractOf(root), 2)] })).toHaveLength(1)
    expect(goalsOf({ ...weighted, weights: { [root]: 5 } }, { positions: [held(contractOf(root), 2)] })).toBe(
      'no breach',
    )
  })
})

describe('max contracts with working orders counted', () => {
  const limit = (id: number, side: 'buy' | 'sell', size: number) => anOrder(id, MNQ, { type: 'limit', side, size })
  const stop = (id: number, size: number) => anOrder(id, MNQ, { type: 'stop', side: 'sell', size })

  test.each<{
    name: string
    positions: readonly PositionView[]
    orders: ViewInputs['orders']
    expected: readonly string[] | 'no breach'
  }>([
    {
      name: 'allows entries up to the limit',
      positions: [held(MNQ, 3)],
      orders: [limit(1, 'buy', 2)],
      expected: 'no breach',
    },
    {
      name: 'cancels the newest entry before it touches a position',
      positions: [held(MNQ, 3)],
      orders: [limit(1, 'buy', 2), limit(2, 'buy', 1)],
      expected: ['order 2 cancelled'],
    },
    {
      name: 'cancels as many entries as needed',
      positions: [held(MNQ, 3)],
      orders: [limit(1, 'buy', 3), limit(2, 'buy', 1)],
      expected: ['order 2 cancelled', 'order 1 cancelled'],
    },
    {
      name: 'counts only what is left of an entry',
      positions: [held(MNQ, 3)],
      orders: [anOrder(1, MNQ, { type: 'limit', size: 4, filled: 2 })],
      expected: 'no breach',
    },
    {
      name: 'counts an entry on a contract without a position',
      positions: [],
      orders: [limit(1, 'sell', 6)],
      expected: ['order 1 cancelled'],
    },
    {
      name: 'counts a stop and a target that cover the position as no exposure',
      positions: [held(MNQ, 5)],
      orders: [stop(1, 5), limit(2, 'sell', 5)],
      expected: 'no breach',
    },
    {
      name: 'keeps stop and target of a position that has to be reduced itself',
      positions: [held(MNQ, 6)],
      orders: [stop(1, 6), limit(2, 'sell', 6)],
      expected: [cap(MNQ, 'long', 5)],
    },
    {
      name: 'cancels other orders before a stop that protects',
      positions: [held(MNQ, 4)],
      orders: [limit(1, 'sell', 5), stop(2, 5)],
      expected: ['order 1 cancelled'],
    },
    {
      name: 'cancels entries and then reduces when positions alone are too many',
      positions: [held(MNQ, 7)],
      orders: [limit(1, 'buy', 1), stop(2, 7)],
      expected: ['order 1 cancelled', cap(MNQ, 'long', 5)],
    },
    {
      name: 'leaves out a bracket child that waits for its entry',
      positions: [held(MNQ, 5)],
      orders: [anOrder(1, MNQ, { type: 'limit', side: 'buy', size: 5, status: 'suspended' })],
      expected: 'no breach',
    },
  ])('$name', ({ positions, orders = [], expected }) => {
    expect(goalsOf({ include_working_orders: true }, { positions, orders })).toEqual(expected)
  })

  test('weighs an entry on a product without a position by its contract record', () => {
    const settings = { include_working_orders: true, weighting: 'mini_equivalent', limit: 1, weights: { NQ: 5 } }
    const orders = [anOrder(1, NQ, { type: 'limit', size: 3 })]
    expect(goalsOf(settings, { orders: orders.slice(0, 0) })).toBe('no breach')
    expect(goalsOf(settings, { orders })).toEqual(['order 1 cancelled'])
    expect(goalsOf({ ...settings, weights: { NQ: 3 } }, { orders })).toBe('no breach')
  })

  test('does not demand the cancel of an order that is being cancelled', () => {
    const view = {
      positions: [held(MNQ, 3)],
      orders: [limit(1, 'buy', 3)],
      ordersBeingCancelled: new Set([OrderId.parse(1)]),
    }
    expect(goalsOf({ include_working_orders: true }, view)).toEqual([])
  })
})

describe('max contracts, its numbers', () => {
  test('says count and limit in its message and the share of the limit that is used', () => {
    const settings = maxContracts.settings.parse({ limit: 5 })
    const { findings, use } = maxContracts.evaluate(settings, aView({ positions: [held(MNQ, 6)] }), aContext())
    expect(findings[0]).toMatchObject({
      scope: 'account',
      measured: '6 contracts',
      limit: '5 contracts',
      lockout: null,
    })
    expect(findings[0]?.message).toBe('Positions count 6 contracts (gross); the limit is 5.')
    expect(use).toBeCloseTo(1.2)
    expect(maxContracts.evaluate(settings, aView({ positions: [held(MNQ, 4)] }), aContext()).use).toBeCloseTo(0.8)
  })

  test.each([
    [{}, 'limit'],
    [{ limit: 0 }, 'limit'],
    [{ limit: 1_001 }, 'limit'],
    [{ limit: 2.5 }, 'limit'],
    [{ limit: '5' }, 'limit'],
    [{ limit: 5, count_type: 'Gross' }, 'count_type'],
    [{ limit: 5, weights: { MES: 0 } }, 'weights'],
    [{ limit: 5, warn_at: [0] }, 'warn_at'],
  ])('refuses the settings %j at %s', (written, key) => {
    const parsed = maxContracts.settings.safeParse(written)
    expect(parsed.error?.issues.map((issue) => issue.path[0])).toEqual([key])
  })

  test('refuses a key that it does not know', () => {
    const parsed = maxContracts.settings.safeParse({ limit: 5, limt: 5 })
    expect(parsed.error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['limt'] })
  })
})

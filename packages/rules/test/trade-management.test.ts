import {
  type ContractSpec,
  type CycleManagement,
  hasOwnTag,
  later,
  type Order,
  type PositionView,
  toPrice,
  toTicks,
  UNMANAGED,
} from '@rm/domain'
import { anOrder, aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { managedOrders, managementAfter } from '../src/managed-orders.ts'
import { tradeManagement } from '../src/trade-management.ts'
import { aContext, aView, held, NOW } from './account-views.ts'
import { problemOf } from './problem-of.ts'

const { ES, MNQ, NQ, ZN, CL } = contracts
const OUR_TAG = `rm1-${'a'.repeat(25)}`

interface Case {
  readonly contract?: ContractSpec
  readonly size: number
  readonly average: number
  /** Settings of the parts; one that is named is on. */
  readonly parts: Readonly<Record<string, object>>
  /** Exit prices in the order in which they came; the last one is the market. None: no price is known. */
  readonly prices?: readonly number[]
  readonly orders?: readonly Partial<Order>[]
  readonly remembered?: Partial<CycleManagement>
  readonly minGap?: number
}

function settingsOf(parts: Case['parts'], minGap = 4) {
  const written = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { enabled: true, ...part }]))
  return tradeManagement.settings.parse({ enabled: true, min_gap_ticks: minGap, ...written })
}

function tickCountOf(price: number, { tickSize }: ContractSpec) {
  const count = toTicks(price, tickSize)
  if (count === null) throw new RangeError(`${price} is off the grid`)
  return count
}

/** What must stand after the prices, in prices of the contract; and the memory of the cycle. */
function manage({ contract = ES, size, average, parts, prices = [], orders = [], remembered, minGap }: Case) {
  const settings = settingsOf(parts, minGap)
  const standing = orders.map((changes, index) =>
    anOrder(index + 1, contract, { type: 'stop', side: size > 0 ? 'sell' : 'buy', size: Math.abs(size), ...changes }),
  )
  let management: CycleManagement = { ...UNMANAGED, ...remembered }
  let position: PositionView = held(contract, size, { averagePrice: average, management })
  for (const price of prices) {
    const current = tickCountOf(price, contract)
    position = { ...position, exit: { current, best: current }, management }
    management = managementAfter(settings, position)
    position = { ...position, management }
  }
  const wanted = managedOrders(settings, position, standing)
  const priceOf = (price: typeof wanted.passed): number | null =>
    price === null ? null : toPrice(price, contract.tickSize)
  return {
    stop: wanted.stop === null ? null : [priceOf(wanted.stop.price), wanted.stop.contracts],
    target: wanted.target === null ? null : [priceOf(wanted.target.price), wanted.target.contracts],
    tightened: wanted.tightened.map(({ order, price }) => [order.id, priceOf(price)]),
    passed: priceOf(wanted.passed),
    blind: wanted.blind,
    extreme: priceOf(management.trailExtreme),
  }
}

function check(given: Case, expected: Partial<ReturnType<typeof manage>>): void {
  expect(manage(given)).toMatchObject(expected)
}

function at(price: number): NonNullable<PositionView['exit']> {
  return { current: tickCountOf(price, ES), best: tickCountOf(price, ES) }
}

function parsed(written: object) {
  return tradeManagement.settings.safeParse(written)
}

const STOP = { auto_stop_loss: { distance_ticks: 10 } }
const TARGET = { auto_take_profit: { distance_ticks: 20 } }
const BREAK_EVEN = { auto_breakeven: { profit_trigger_ticks: 10 } }
const TRAIL = { trailing_stop: { activation_ticks: 20, trail_distance_ticks: 10 } }

describe('trade management: the vectors of the reference', () => {
  test('1: a long gets its stop below and its target above', () =>
    check(
      { size: 1, average: 6000, parts: { ...STOP, ...TARGET }, prices: [6000] },
      { stop: [5997.5, 1], target: [6005, 1], passed: null },
    ))

  test('2: break-even does nothing one tick below its trigger and moves the stop to the average at it', () => {
    const long2 = { contract: MNQ, size: 2, average: 21_000, parts: BREAK_EVEN }
    check({ ...long2, prices: [21_002.25] }, { stop: null })
    check({ ...long2, prices: [21_002.5] }, { stop: [21_000, 2] })
  })

  test('3: an average between two ticks is rounded up for a long', () =>
    check(
      { contract: MNQ, size: 1, average: 21_000.125, parts: BREAK_EVEN, prices: [21_003] },
      { stop: [21_000.25, 1] },
    ))

  test('4: a trailing stop follows the best bid and stays when the market falls back', () => {
    const long1 = { contract: MNQ, size: 1, average: 21_000, parts: TRAIL }
    check({ ...long1, prices: [21_005] }, { stop: [21_002.5, 1] })
    check({ ...long1, prices: [21_005, 21_010] }, { stop: [21_007.5, 1] })
    // The stop at 21 007.50 stands by then; the market at 21 008.00 leaves it alone.
    const standing = [{ tag: OUR_TAG, stopPrice: 21_007.5 }]
    check({ ...long1, prices: [21_005, 21_010, 21_008], orders: standing }, { stop: [21_007.5, 1], passed: null })
  })

  test('5: a trailing stop of a short follows the lowest ask', () => {
    const short1 = { contract: NQ, size: -1, average: 21_000, parts: TRAIL }
    check({ ...short1, prices: [20_995] }, { stop: [20_997.5, 1] })
    const standing = [{ tag: OUR_TAG, stopPrice: 20_997.5 }]
    check({ ...short1, prices: [20_995, 20_997], orders: standing }, { stop: [20_997.5, 1], passed: null })
  })

  test('6: a stop of ours that the trader moved closer stands where he put it', () =>
    check(
      { size: 1, average: 6000, parts: STOP, prices: [6003], orders: [{ tag: OUR_TAG, stopPrice: 5999 }] },
      { stop: [5999, 1] },
    ))
})

describe('trade management: rounding', () => {
  test.each<{ name: string; given: Case; stop: number; target: number }>([
    {
      name: 'a long: the stop up towards the market, the target down towards the entry',
      given: { size: 3, average: 6000.1, parts: { ...STOP, ...TARGET }, prices: [6000] },
      stop: 5997.75,
      target: 6005,
    },
    {
      name: 'a short: the stop down towards the market, the target up towards the entry',
      given: { size: -3, average: 6000.1, parts: { ...STOP, ...TARGET }, prices: [6000] },
      stop: 6002.5,
      target: 5995.25,
    },
    {
      name: 'ticks of a 64th',
      given: { contract: ZN, size: 1, average: 110.5, parts: { ...STOP, ...TARGET }, prices: [110.5] },
      stop: 110.34375,
      target: 110.8125,
    },
    {
      name: 'prices below zero',
      given: { contract: CL, size: 1, average: -37.63, parts: { ...STOP, ...TARGET }, prices: [-37.63] },
      stop: -37.73,
      target: -37.43,
    },
  ])('$name', ({ given, stop, target }) => {
    const contractCount = Math.abs(given.size)
    check(given, { stop: [stop, contractCount], target: [target, contractCount] })
  })

  test('break-even of a short is rounded down, its offset counts below the average', () => {
    const short = { contract: MNQ, size: -1, average: 21_000.125, prices: [20_990] }
    check({ ...short, parts: BREAK_EVEN }, { stop: [21_000, 1] })
    check(
      { ...short, parts: { auto_breakeven: { profit_trigger_ticks: 10, offset_ticks: 2 } } },
      { stop: [20_999.5, 1] },
    )
  })
})

describe('trade management: the stop and the market', () => {
  test('a stop that would stand nearer than the gap is not placed', () => {
    check({ size: 1, average: 6000, parts: STOP, prices: [5998.25] }, { stop: null, passed: null })
    check({ size: 1, average: 6000, parts: STOP, prices: [5998.5] }, { stop: [5997.5, 1] })
    check({ size: 1, average: 6000, parts: STOP, prices: [5998.25], minGap: 3 }, { stop: [5997.5, 1] })
  })

  test('a stop price that the market has reached or passed closes instead', () => {
    check({ size: 1, average: 6000, parts: STOP, prices: [5997.5] }, { stop: null, passed: 5997.5 })
    check({ size: -1, average: 6000, parts: STOP, prices: [6010] }, { stop: null, passed: 6002.5 })
  })

  test('a stop price that is passed while the stop is being hit closes nothing', () => {
    const position = held(ES, 1, { averagePrice: 6000, exit: at(5997), exitAheadSinceMs: 7 })
    expect(managedOrders(settingsOf(STOP), position, []).passed).toBeNull()
  })

  test('where one part cannot have its stop another may', () =>
    // Break-even at 6 000.00 is two ticks from the market; the stop of the loss is not.
    check(
      { size: 1, average: 6000, parts: { ...STOP, ...BREAK_EVEN }, prices: [6002.5, 6000.5] },
      { stop: [5997.5, 1], passed: null },
    ))

  test('a break-even that was asked for and is passed before it stood closes', () =>
    check(
      {
        size: 1,
        average: 6000,
        parts: { ...STOP, ...BREAK_EVEN },
        prices: [6002.5, 6000],
        orders: [{ tag: OUR_TAG, stopPrice: 5997.5 }],
      },
      { passed: 6000, stop: [5997.5, 1] },
    ))

  test('a stop that stands is left where it is when the market comes near', () =>
    check(
      { size: 1, average: 6000, parts: STOP, prices: [5997.75], orders: [{ tag: OUR_TAG, stopPrice: 5997.5 }] },
      { stop: [5997.5, 1], passed: null },
    ))

  test('without a price a position without a stop gets one, and none that stands is moved', () => {
    check({ size: 1, average: 6000, parts: STOP }, { stop: [5997.5, 1], passed: null })
    const remembered = { breakEvenDone: tickCountOf(6000, ES) }
    const standing = [{ tag: OUR_TAG, stopPrice: 5997.5 }]
    check(
      { size: 1, average: 6000, parts: { ...STOP, ...BREAK_EVEN }, remembered, orders: standing },
      { stop: [5997.5, 1] },
    )
  })

  test('what needs a price is blind without one, what does not is not', () => {
    for (const parts of [STOP, BREAK_EVEN, TRAIL]) {
      expect(manage({ size: 1, average: 6000, parts }).blind).toEqual([
        `stops of ${ES.id} cannot be moved: no fresh price`,
      ])
    }
    check({ size: 1, average: 6000, parts: TARGET }, { blind: [], target: [6005, 1] })
  })

  test('without a contract record nothing is managed, and that is blind', () => {
    const position = held(ES, 1, { contract: null })
    const wanted = managedOrders(settingsOf({ ...STOP, ...TARGET }), position, [])
    expect(wanted).toMatchObject({ stop: null, target: null, passed: null })
    expect(wanted.blind).toHaveLength(1)
  })
})

describe('trade management: the trailing stop', () => {
  test('is silent until the extreme has reached the activation, and knows it afterwards', () => {
    const long = { contract: MNQ, size: 1, average: 21_000, parts: TRAIL }
    check({ ...long, prices: [21_004.75] }, { stop: null, extreme: 21_004.75 })
    check({ ...long, prices: [21_005, 21_004] }, { stop: [21_002.5, 1], extreme: 21_005 })
  })

  test('goes on from the extreme that was stored', () => {
    const remembered = { trailExtreme: tickCountOf(21_010, MNQ) }
    const long = { contract: MNQ, size: 1, average: 21_000, parts: TRAIL, remembered }
    check({ ...long, prices: [21_009] }, { stop: [21_007.5, 1], extreme: 21_010 })
    check({ ...long, prices: [21_012] }, { stop: [21_009.5, 1], extreme: 21_012 })
  })

  test('moves only by a whole step', () => {
    const parts = { trailing_stop: { activation_ticks: 20, trail_distance_ticks: 10, step_ticks: 4 } }
    const orders = [{ tag: OUR_TAG, stopPrice: 21_002.5 }]
    const long = { contract: MNQ, size: 1, average: 21_000, parts, orders }
    check({ ...long, prices: [21_005.75] }, { stop: [21_002.5, 1] })
    check({ ...long, prices: [21_006] }, { stop: [21_003.5, 1] })
  })

  test('takes the best price that came between two looks, not the last', () => {
    const position = held(MNQ, 1, { exit: { current: tickCountOf(21_004, MNQ), best: tickCountOf(21_010, MNQ) } })
    expect(managementAfter(settingsOf(TRAIL), position).trailExtreme).toBe(tickCountOf(21_010, MNQ))
  })

  test('with break-even the tighter of the two counts', () =>
    check(
      { contract: MNQ, size: 1, average: 21_000, parts: { ...TRAIL, ...BREAK_EVEN }, prices: [21_005] },
      { stop: [21_002.5, 1] },
    ))
})

describe('trade management: what works already', () => {
  const long3 = { size: 3, average: 6000, parts: { ...STOP, ...TARGET }, prices: [6000.25] }

  test('a stop of the trader leaves ours the rest of the position', () => {
    check({ ...long3, orders: [{ size: 3, stopPrice: 5990 }] }, { stop: null, tightened: [] })
    check({ ...long3, orders: [{ size: 1, stopPrice: 5990 }] }, { stop: [5997.5, 2] })
    check({ ...long3, orders: [{ size: 3, filled: 1, stopPrice: 5990 }] }, { stop: [5997.5, 1] })
  })

  test('orders of the other side, of another contract or that wait for an entry are none of the position', () => {
    check({ ...long3, orders: [{ side: 'buy', stopPrice: 6010 }] }, { stop: [5997.5, 3] })
    check({ ...long3, orders: [{ contractId: MNQ.id, stopPrice: 5990 }] }, { stop: [5997.5, 3] })
    const entry = { type: 'limit', side: 'buy', limitPrice: 5990 } as const
    const child = { status: 'suspended', parentId: anOrder(1, ES).id, tag: 'x-SL' } as const
    check({ ...long3, orders: [entry, child] }, { stop: [5997.5, 3] })
    check({ ...long3, orders: [{ ...child, parentId: anOrder(9, ES).id }] }, { stop: null })
  })

  test('a bracket child of ours would not be ours', () => {
    expect(hasOwnTag(anOrder(1, ES, { tag: OUR_TAG }))).toBe(true)
    for (const tag of [`${OUR_TAG}-SL`, `${OUR_TAG}-TP`, 'rm1-short', 'trader', null])
      expect(hasOwnTag(anOrder(1, ES, { tag }))).toBe(false)
  })

  test('a limit of the trader replaces our target, whatever its size', () => {
    const limit = { type: 'limit', size: 1, limitPrice: 6003 } as const
    check({ ...long3, orders: [limit] }, { target: null })
    check({ ...long3, orders: [limit, { type: 'limit', tag: OUR_TAG, limitPrice: 6005 }] }, { target: null })
  })

  test('sizes follow the position, prices stay', () => {
    const orders = [
      { tag: OUR_TAG, size: 5, stopPrice: 5997.5 },
      { tag: OUR_TAG, size: 5, type: 'limit', limitPrice: 6004 },
    ] as const
    check({ ...long3, orders }, { stop: [5997.5, 3], target: [6004, 3] })
  })

  test('break-even and the trailing stop tighten the stops of the trader, whose sizes are his', () => {
    const trader = [
      { size: 2, stopPrice: 5990 },
      { size: 1, stopPrice: 6001 },
    ]
    const given = { size: 3, average: 6000, parts: BREAK_EVEN, prices: [6002.5], orders: trader }
    check(given, { stop: null, tightened: [[1, 6000]] })
    check({ ...given, prices: [6002.5, 6000.25] }, { tightened: [] })
    check({ ...given, parts: STOP }, { tightened: [] })
  })

  test('a stop of ours goes when the trader has one that is as tight, and not before', () => {
    const ours = { tag: OUR_TAG, stopPrice: 5997.5 }
    check({ ...long3, orders: [ours, { stopPrice: 5998 }] }, { stop: null, tightened: [] })
    check({ ...long3, orders: [ours, { stopPrice: 5990 }] }, { stop: [5997.5, 3], tightened: [[2, 5997.5]] })
  })

  test('a stop of ours that was moved away from the market comes back', () =>
    check({ ...long3, orders: [{ tag: OUR_TAG, stopPrice: 5990 }] }, { stop: [5997.5, 3] }))

  test('break-even is done once: who adds contracts later does not pull the stop into the market', () => {
    const remembered = { breakEvenDone: tickCountOf(6000, ES) }
    check({ size: 9, average: 6002.25, parts: BREAK_EVEN, prices: [6002.5], remembered }, { stop: [6000, 9] })
  })
})

describe('trade management as a rule', () => {
  const settings = settingsOf(STOP)
  const look = (position: PositionView, trades: Parameters<typeof aView>[0] = {}) =>
    tradeManagement.evaluate(settings, aView({ positions: [position], ...trades }), aContext())

  test('placing and moving orders is no breach', () =>
    expect(look(held(ES, 1, { averagePrice: 6000, exit: at(6000) }))).toEqual({ findings: [], blind: [], use: null }))

  test('a stop price that was passed is one, and closes the contract', () => {
    const { findings } = look(held(ES, 1, { averagePrice: 6000, exit: at(5997.25) }))
    expect(findings).toEqual([
      {
        scope: `contract:${ES.id}`,
        measured: 'market at 5997.25',
        limit: 'stop at 5997.5',
        message: 'ESZ6 +1 is at 5997.25, beyond the stop that has to stand at 5997.5, so it is closed.',
        tier: 1,
        goals: [{ kind: 'flat-contract', contractId: ES.id }],
        lockout: null,
      },
    ])
  })

  test('contracts that an order of ours opened are closed', () => {
    const short = held(ES, -1, { averagePrice: 6000, exit: at(6000) })
    const ours = { ...aTrade(1, ES, { side: 'sell', at: later(NOW, -2) }), origin: 'enforcer' as const }
    expect(look(short, { trades: [ours] }).findings).toMatchObject([
      { tier: 2, goals: [{ kind: 'flat-contract', contractId: ES.id }] },
    ])
    // The same trade by the trader, on the side that closes, or long before the position.
    expect(look(short, { trades: [aTrade(1, ES, { side: 'sell' })] }).findings).toEqual([])
    expect(look(short, { trades: [{ ...ours, side: 'buy' }] }).findings).toEqual([])
    expect(look(short, { trades: [{ ...ours, at: later(NOW, -60) }] }).findings).toEqual([])
  })
})

describe('the settings of trade management', () => {
  test('leave every part off unless it is turned on', () =>
    expect(parsed({}).data).toEqual({
      enabled: false,
      mode: 'enforce',
      warn_at: [0.8],
      auto_stop_loss: { enabled: false, distance_ticks: 10 },
      auto_take_profit: { enabled: false, distance_ticks: 20 },
      auto_breakeven: { enabled: false, profit_trigger_ticks: 10, offset_ticks: 0 },
      trailing_stop: { enabled: false, activation_ticks: 20, trail_distance_ticks: 10, step_ticks: 1 },
      min_gap_ticks: 4,
    }))

  test('understand the names of other tools', () =>
    expect(
      parsed({
        auto_breakeven: { profit_threshold_ticks: 12 },
        trailing_stop: { activation_profit_ticks: 30, trail_ticks: 8 },
      }).data,
    ).toMatchObject({
      auto_breakeven: { profit_trigger_ticks: 12 },
      trailing_stop: { activation_ticks: 30, trail_distance_ticks: 8 },
    }))

  test.each<[string, object]>([
    [
      'auto_breakeven.profit_threshold_ticks',
      { auto_breakeven: { profit_trigger_ticks: 1, profit_threshold_ticks: 1 } },
    ],
    ['trailing_stop.activation_profit_ticks', { trailing_stop: { activation_ticks: 1, activation_profit_ticks: 1 } }],
    ['trailing_stop.trail_ticks', { trailing_stop: { trail_distance_ticks: 1, trail_ticks: 1 } }],
    ['auto_breakeven.offset_ticks', { auto_breakeven: { profit_trigger_ticks: 5, offset_ticks: 5 } }],
    ['auto_breakeven.offset_ticks', { auto_breakeven: { offset_ticks: 10 } }],
  ])('refuse %s beside what it contradicts', (path, written) => {
    const [issue] = parsed(written).error?.issues ?? []
    expect(issue?.path.join('.')).toBe(path)
    expect(problemOf(issue)?.fix).toBeTruthy()
  })

  test.each<object>([
    { auto_stop_loss: { distance_ticks: 3 } },
    { auto_take_profit: { distance_ticks: 3 } },
    { auto_breakeven: { profit_trigger_ticks: 0 } },
    { auto_breakeven: { offset_ticks: -1 } },
    { trailing_stop: { activation_ticks: 0 } },
    { trailing_stop: { trail_distance_ticks: 0 } },
    { trailing_stop: { step_ticks: 0 } },
    { trailing_stop: { step_ticks: 1.5 } },
    { min_gap_ticks: 0 },
    { auto_stop_loss: { distance: 10 } },
  ])('refuse %j', (written) => expect(parsed(written).success).toBe(false))

  test('accept the least values', () =>
    expect(
      parsed({
        auto_stop_loss: { distance_ticks: 4 },
        auto_take_profit: { distance_ticks: 4 },
        auto_breakeven: { profit_trigger_ticks: 1 },
        trailing_stop: { activation_ticks: 1, trail_distance_ticks: 1, step_ticks: 1 },
        min_gap_ticks: 1,
      }).success,
    ).toBe(true))
})

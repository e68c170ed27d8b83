import { ContractId, type Goal, OrderId } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { arbitrate, isImplied } from '../src/arbitrate.ts'
import { allowedRange, mayOpen, mustBeFlat } from '../src/demands.ts'
import { contractOf } from './account-views.ts'

const { ES, ESH27, MES, MNQ, NQ } = contracts

const flatAccount: Goal = { kind: 'flat-account' }
const flatProduct = (product: string): Goal => ({ kind: 'flat-product', product })
const flatContract: Goal = { kind: 'flat-contract', contractId: MNQ.id }
const cap = (side: 'long' | 'short', size: number): Goal => ({ kind: 'cap', contractId: MNQ.id, side, contracts: size })
const keep = (sizes: Readonly<Record<string, number>>, product?: string): Goal => ({
  kind: 'reduce-only',
  baseline: new Map(Object.entries(sizes).map(([id, size]) => [ContractId.parse(id), size])),
  ...(product === undefined ? {} : { product }),
})
const cancel: Goal = { kind: 'order-cancelled', orderId: OrderId.parse(7) }

describe('the sizes that demands leave', () => {
  test.each<{ name: string; goals: readonly Goal[]; contract?: { id: ContractId }; min: number; max: number }>([
    { name: 'everything without goals', goals: [], min: -Infinity, max: Infinity },
    { name: 'nothing in a flat account', goals: [flatAccount], min: 0, max: 0 },
    { name: 'nothing in a flat contract', goals: [flatContract], min: 0, max: 0 },
    { name: 'nothing in a flat product', goals: [flatProduct('MNQ')], min: 0, max: 0 },
    { name: 'everything beside a flat contract', goals: [flatContract], contract: ES, min: -Infinity, max: Infinity },
    {
      name: 'everything in MES while ES is flat',
      goals: [flatProduct('ES')],
      contract: MES,
      min: -Infinity,
      max: Infinity,
    },
    { name: 'nothing in any month of a flat product', goals: [flatProduct('ES')], contract: ESH27, min: 0, max: 0 },
    { name: 'the short side under a cap of the long one', goals: [cap('long', 3)], min: -Infinity, max: 3 },
    { name: 'the long side under a cap of the short one', goals: [cap('short', 2)], min: -2, max: Infinity },
    { name: 'no short size under a cap of 0', goals: [cap('short', 0)], min: 0, max: Infinity },
    { name: 'the smaller of two caps', goals: [cap('long', 3), cap('long', 5)], min: -Infinity, max: 3 },
    { name: 'both sides under two caps', goals: [cap('long', 3), cap('short', 1)], min: -1, max: 3 },
    { name: 'what was held, or less', goals: [keep({ [MNQ.id]: 2 })], min: 0, max: 2 },
    { name: 'what was held short, or less', goals: [keep({ [MNQ.id]: -2 })], min: -2, max: 0 },
    { name: 'nothing of what was not held', goals: [keep({ [MNQ.id]: 2 })], contract: ES, min: 0, max: 0 },
    {
      name: 'a cap and a baseline, whatever their rank',
      goals: [keep({ [MNQ.id]: 4 }), cap('long', 3)],
      min: 0,
      max: 3,
    },
    { name: 'the tighter of two baselines', goals: [keep({ [MNQ.id]: 4 }), keep({ [MNQ.id]: 2 })], min: 0, max: 2 },
    {
      name: 'nothing where baselines differ in sign',
      goals: [keep({ [MNQ.id]: 4 }), keep({ [MNQ.id]: -2 })],
      min: 0,
      max: 0,
    },
    { name: 'nothing where one baseline lacks the contract', goals: [keep({ [MNQ.id]: 4 }), keep({})], min: 0, max: 0 },
    { name: 'everything outside the product of a baseline', goals: [keep({}, 'ES')], min: -Infinity, max: Infinity },
    { name: 'what was held of the product', goals: [keep({ [ES.id]: 1 }, 'ES')], contract: ES, min: 0, max: 1 },
    {
      name: 'nothing of another month of the product',
      goals: [keep({ [ES.id]: 1 }, 'ES')],
      contract: ESH27,
      min: 0,
      max: 0,
    },
    {
      name: 'the tighter of the baselines of account and product',
      goals: [keep({ [ES.id]: 3 }), keep({ [ES.id]: 1 }, 'ES')],
      contract: ES,
      min: 0,
      max: 1,
    },
    { name: 'everything when only an order has to go', goals: [cancel], min: -Infinity, max: Infinity },
  ])('$name', ({ goals, contract = MNQ, min, max }) => {
    expect(allowedRange(arbitrate(goals), contract.id, contractOf(contract.id))).toEqual({ min, max })
  })

  test('find a product by the code of the gateway without a contract record, and by its root only with one', () => {
    expect(mustBeFlat(arbitrate([flatProduct('ENQ')]), NQ.id, null)).toBe(true)
    expect(mustBeFlat(arbitrate([flatProduct('NQ')]), NQ.id, NQ)).toBe(true)
    expect(mustBeFlat(arbitrate([flatProduct('NQ')]), NQ.id, null)).toBe(false)
  })

  test.each<[string, Goal, boolean, boolean]>([
    ['flat account', flatAccount, false, true],
    ['flat product', flatProduct('MNQ'), false, true],
    ['flat contract', flatContract, false, true],
    ['reduce only', keep({ [MNQ.id]: 2 }), false, false],
    ['reduce only of the product', keep({}, 'MNQ'), false, false],
    ['reduce only of another product', keep({}, 'ES'), true, false],
    ['cap', cap('long', 1), true, false],
    ['cancelled order', cancel, true, false],
  ])('orders under %s', (_name, goal, opening, none) => {
    const demands = arbitrate([goal])
    expect([mayOpen(demands, MNQ.id, MNQ), mustBeFlat(demands, MNQ.id, MNQ)]).toEqual([opening, none])
  })
})

describe('a goal that stands already', () => {
  test.each<[string, readonly Goal[], Goal, boolean]>([
    ['the same goal', [flatProduct('ES')], flatProduct('ES'), true],
    ['flat product under flat account', [flatAccount], flatProduct('ES'), true],
    ['reduce only under flat account', [flatAccount], keep({ [MNQ.id]: 1 }), true],
    ['an order under flat account', [flatAccount], cancel, true],
    ['flat account under flat product', [flatProduct('ES')], flatAccount, false],
    ['flat contract under its flat product', [flatProduct('MNQ')], flatContract, true],
    ['flat contract under another flat product', [flatProduct('ES')], flatContract, false],
    ['flat contract under reduce only without it', [keep({})], flatContract, false],
    ['a cap under its flat contract', [flatContract], cap('long', 0), true],
    ['a larger cap', [cap('long', 2)], cap('long', 3), true],
    ['a smaller cap', [cap('long', 3)], cap('long', 2), false],
    ['a cap of the other side', [cap('long', 0)], cap('short', 3), false],
    ['a cap of the side that a baseline closes', [keep({ [MNQ.id]: 2 })], cap('short', 0), true],
    ['a cap within a baseline', [keep({ [MNQ.id]: 2 })], cap('long', 2), true],
    ['a cap below a baseline', [keep({ [MNQ.id]: 2 })], cap('long', 1), false],
    ['a wider baseline', [keep({ [MNQ.id]: 2 })], keep({ [MNQ.id]: 3, [ES.id]: 1 }), true],
    ['a tighter baseline', [keep({ [MNQ.id]: 2 })], keep({ [MNQ.id]: 1 }), false],
    ['a baseline of the other sign', [keep({ [MNQ.id]: 2 })], keep({ [MNQ.id]: -2 }), false],
    ['a baseline without any standing', [cap('long', 0)], keep({}), false],
    ['a baseline of a product under its flat product', [flatProduct('ES')], keep({}, 'ES'), true],
    ['a baseline of a product under one of the account', [keep({})], keep({ [ES.id]: 1 }, 'ES'), true],
    ['a baseline of the account under one of a product', [keep({}, 'ES')], keep({}), false],
    ['the same order', [cancel], cancel, true],
    ['another order', [cancel], { kind: 'order-cancelled', orderId: OrderId.parse(8) }, false],
  ])('%s', (_name, standing, goal, implied) => {
    expect(isImplied(arbitrate(standing), goal, contractOf)).toBe(implied)
  })
})

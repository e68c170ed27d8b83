import { type ContractSpec, type Goal, OrderId } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitrate, isImplied } from '../src/arbitrate.ts'
import { allowedRange, type Demands, mayOpen, mustBeFlat } from '../src/demands.ts'
import { contractOf } from './account-views.ts'

const ALL: readonly ContractSpec[] = [contracts.ES, contracts.ESH27, contracts.MES, contracts.MNQ, contracts.NQ]

const contractId = fc.constantFrom(...ALL.map((contract) => contract.id))
const product = fc.constantFrom('ES', 'EP', 'MES', 'NQ', 'MNQ')
const baseline = fc.array(fc.tuple(contractId, fc.integer({ min: -5, max: 5 }))).map((sizes) => new Map(sizes))

const goal: fc.Arbitrary<Goal> = fc.oneof(
  fc.constant<Goal>({ kind: 'flat-account' }),
  product.map((name): Goal => ({ kind: 'flat-product', product: name })),
  contractId.map((id): Goal => ({ kind: 'flat-contract', contractId: id })),
  fc
    .record({ contractId, side: fc.constantFrom('long' as const, 'short' as const), contracts: fc.nat(5) })
    .map((parts): Goal => ({ kind: 'cap', ...parts })),
  baseline.map((sizes): Goal => ({ kind: 'reduce-only', baseline: sizes })),
  fc.tuple(baseline, product).map(([sizes, name]): Goal => ({ kind: 'reduce-only', baseline: sizes, product: name })),
  fc.integer({ min: 1, max: 3 }).map((id): Goal => ({ kind: 'order-cancelled', orderId: OrderId.parse(id) })),
)
const goals = fc.array(goal, { maxLength: 8 })
const shuffledTwice = goals.chain((some) =>
  fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 })),
)

/** What the demands mean for every contract. */
function meaning(demands: Demands): object {
  return ALL.map((contract) => ({
    id: contract.id,
    ...allowedRange(demands, contract.id, contract),
    flat: mustBeFlat(demands, contract.id, contract),
    opens: mayOpen(demands, contract.id, contract),
  }))
}

/** The range that a goal leaves when it stands alone: the plainest reading of what every goal means. */
function naiveRange(some: readonly Goal[], contract: ContractSpec): { readonly min: number; readonly max: number } {
  const ranges = some.map((one) => allowedRange(arbitrate([one]), contract.id, contract))
  return {
    min: Math.max(-Infinity, ...ranges.map(({ min }) => min)),
    max: Math.min(Infinity, ...ranges.map(({ max }) => max)),
  }
}

describe('arbitration', () => {
  test('does not depend on the order of goals or on repetitions', () => {
    fc.assert(
      fc.property(shuffledTwice, ([some, again]) => {
        expect(arbitrate(again)).toEqual(arbitrate(some))
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('leaves exactly what every single goal leaves, however they are grouped', () => {
    fc.assert(
      fc.property(goals, (some) => {
        const demands = arbitrate(some)
        for (const contract of ALL) {
          expect(allowedRange(demands, contract.id, contract)).toEqual(naiveRange(some, contract))
        }
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('never grows looser by another goal, and always lets an account be flat', () => {
    fc.assert(
      fc.property(goals, goal, (some, another) => {
        const before = arbitrate(some)
        const after = arbitrate([...some, another])
        for (const contract of ALL) {
          const wide = allowedRange(before, contract.id, contract)
          const tight = allowedRange(after, contract.id, contract)
          expect(tight.min).toBeGreaterThanOrEqual(wide.min)
          expect(tight.max).toBeLessThanOrEqual(wide.max)
          expect(tight.min).toBeLessThanOrEqual(0)
          expect(tight.max).toBeGreaterThanOrEqual(0)
          expect(mayOpen(after, contract.id, contract) && !mayOpen(before, contract.id, contract)).toBe(false)
        }
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('finds that each of its goals stands, and that one that stands changes nothing', () => {
    fc.assert(
      fc.property(goals, goal, (some, another) => {
        const demands = arbitrate(some)
        for (const one of some) expect(isImplied(demands, one, contractOf)).toBe(true)
        if (isImplied(demands, another, contractOf)) {
          expect(meaning(arbitrate([...some, another]))).toEqual(meaning(demands))
        }
      }),
      { numRuns: propertyRuns() },
    )
  })
})

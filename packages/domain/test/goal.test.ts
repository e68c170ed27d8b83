import { expect, test } from 'vitest'
import { describeGoal, type Goal } from '../src/goal.ts'
import { OrderId } from '../src/ids.ts'
import { contracts } from '../src/testing/builders.ts'

const { ES, MNQ } = contracts

test.each<[Goal, string]>([
  [{ kind: 'flat-account' }, 'flat account'],
  [{ kind: 'flat-product', product: 'ES' }, 'flat ES'],
  [{ kind: 'flat-contract', contractId: MNQ.id }, `flat ${MNQ.id}`],
  [{ kind: 'cap', contractId: MNQ.id, side: 'short', contracts: 2 }, `at most 2 ${MNQ.id} short`],
  [{ kind: 'reduce-only', baseline: new Map() }, 'reduce only, nothing kept'],
  [{ kind: 'reduce-only', baseline: new Map(), product: 'ES' }, 'reduce ES only, nothing kept'],
  [{ kind: 'order-cancelled', orderId: OrderId.parse(7) }, 'order 7 cancelled'],
])('%j is written as %s', (goal, text) => {
  expect(describeGoal(goal)).toBe(text)
})

test('a baseline has one text, whatever the order of its contracts', () => {
  const sizes: [typeof ES.id, number][] = [
    [MNQ.id, -2],
    [ES.id, 1],
  ]
  const text = describeGoal({ kind: 'reduce-only', baseline: new Map(sizes) })
  expect(text).toBe(describeGoal({ kind: 'reduce-only', baseline: new Map(sizes.toReversed()) }))
  expect(text).toBe(`reduce only within -2 ${MNQ.id}, 1 ${ES.id}`)
})

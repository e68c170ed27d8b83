import { expect, test } from 'vitest'
import { couldEnlarge, hasOwnTag, isTerminal, type OrderStatus, remainingSize, signedRemaining } from '../src/order.ts'
import { anOrder, contracts } from '../src/testing/builders.ts'

test.each([
  ['an entry from flat', 'buy', 1, 0, true],
  ['a buy that adds to a long position', 'buy', 1, 2, true],
  ['a sell that closes it', 'sell', 2, 2, false],
  ['a sell that closes a part', 'sell', 1, 2, false],
  ['a sell that turns it over by one', 'sell', 3, 2, true],
  ['a sell that turns it over completely', 'sell', 4, 2, true],
  ['a sell that adds to a short position', 'sell', 1, -2, true],
  ['a buy that closes a short position', 'buy', 2, -2, false],
  ['a buy that turns a short position over', 'buy', 3, -2, true],
] as const)('%s', (_name, side, size, signedSize, enlarges) => {
  expect(couldEnlarge(anOrder(1, contracts.MNQ, { side, size }), signedSize)).toBe(enlarges)
})

test('what has filled of an order can fill no more', () => {
  const order = anOrder(1, contracts.MNQ, { side: 'sell', size: 5, filled: 3 })
  expect(remainingSize(order)).toBe(2)
  expect(signedRemaining(order)).toBe(-2)
  expect(couldEnlarge(order, 2)).toBe(false)
  expect(couldEnlarge(anOrder(1, contracts.MNQ, { size: 2, filled: 2 }), 0)).toBe(false)
  expect(couldEnlarge(anOrder(1, contracts.MNQ, { size: 2, filled: 2 }), 2)).toBe(false)
})

test.each<[OrderStatus, boolean]>([
  ['open', false],
  ['pending', false],
  ['pending-cancel', false],
  ['suspended', false],
  ['unknown', false],
  ['filled', true],
  ['cancelled', true],
  ['expired', true],
  ['rejected', true],
])('%s is final: %s', (status, final) => {
  expect(isTerminal(anOrder(1, contracts.MNQ, { status }))).toBe(final)
})

test.each<[string | null, boolean]>([
  [`rm1-${'a'.repeat(25)}`, true],
  [`rm1-${'a'.repeat(25)}-SL`, false],
  [`rm1-${'a'.repeat(25)}-TP`, false],
  [`rm1-${'a'.repeat(24)}`, false],
  [`rm1-${'A'.repeat(25)}`, false],
  ['breakout', false],
  [null, false],
])('the tag %s is one of ours: %s', (tag, isOurs) => expect(hasOwnTag(anOrder(1, contracts.MNQ, { tag }))).toBe(isOurs))

import { expect, test } from 'vitest'
import { type Command, describeCommand } from '../src/command.ts'
import { anOrder, contracts, TEST_ACCOUNT } from '../src/testing/builders.ts'
import { ticks } from '../src/ticks.ts'

const { ZN } = contracts
const on = { accountId: TEST_ACCOUNT, contractId: ZN.id }
const order = { protection: 'stop', price: ticks(7_066), tickSize: ZN.tickSize } as const
const { id: orderId } = anOrder(7, ZN)

test.each<[Command, string]>([
  [{ kind: 'close-position', ...on }, `close-position ${ZN.id}`],
  [{ kind: 'reduce-position', ...on, contracts: 2 }, `reduce-position ${ZN.id} by 2`],
  [{ kind: 'cancel-order', ...on, orderId }, 'cancel-order 7'],
  [
    { kind: 'place-order', ...on, ...order, side: 'sell', contracts: 3, tag: 'rm1-tag' },
    `place-order sell 3 ${ZN.id} stop at 110.40625`,
  ],
  [
    { kind: 'modify-order', ...on, ...order, orderId, contracts: 2, protection: 'target' },
    'modify-order 7 to 2, target at 110.40625',
  ],
])('%o reads as %s', (command, text) => expect(describeCommand(command)).toBe(text))

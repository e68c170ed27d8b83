import { type Command, type CommandOutcome, ticks } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { laneOf, outcomeOf, requestOf } from '../../src/rest/command-outcome.ts'
import { accountIdOf, contractIdOf, orderOf } from '../../src/to-domain.ts'
import { type ErrorTable, errorTables, orderSchema } from '../../src/wire.ts'
import { marketOrder } from '../wire/samples.ts'

const UNAVAILABLE = 'Trading is currently unavailable. The instrument is not in an active trading status.'

function reply(body: object | string, status = 200) {
  return { status, text: typeof body === 'string' ? body : JSON.stringify(body), sentMs: 0 }
}

function refused(errorCode: number, errorMessage: string | null = null) {
  return reply({ success: false, errorCode, errorMessage })
}

const terms = { protection: 'stop', price: ticks(7_066), tickSize: 0.015625 } as const
const stop = { ...terms, kind: 'place-order', side: 'sell', contracts: 2, tag: 'rm1-tag' } as const
const move = { ...terms, kind: 'modify-order', contracts: 3 } as const

/** `accepted`, `unknown`, `not-sent`, or the refusal. */
function word(outcome: CommandOutcome): string {
  return outcome.kind === 'refused' ? outcome.refusal : outcome.kind
}

describe('the request of a command', () => {
  const accountId = accountIdOf(7_001_234)
  const contractId = contractIdOf('CON.F.US.MNQ.Z26')
  const { id: orderId } = orderOf(orderSchema.parse(marketOrder))

  test.each<[Command, string, object]>([
    [{ kind: 'close-position', accountId, contractId }, '/api/Position/closeContract', { accountId, contractId }],
    [
      { kind: 'reduce-position', accountId, contractId, contracts: 2 },
      '/api/Position/partialCloseContract',
      { accountId, contractId, size: 2 },
    ],
    [{ kind: 'cancel-order', accountId, contractId, orderId }, '/api/Order/cancel', { accountId, orderId }],
    [
      { ...stop, accountId, contractId },
      '/api/Order/place',
      { accountId, contractId, type: 4, side: 1, size: 2, stopPrice: 110.40625, customTag: 'rm1-tag' },
    ],
    [
      { ...stop, accountId, contractId, protection: 'target', side: 'buy' },
      '/api/Order/place',
      { accountId, contractId, type: 1, side: 0, size: 2, limitPrice: 110.40625, customTag: 'rm1-tag' },
    ],
    [
      { ...move, accountId, contractId, orderId },
      '/api/Order/modify',
      { accountId, orderId, size: 3, stopPrice: 110.40625 },
    ],
    [
      { ...move, accountId, contractId, orderId, protection: 'target' },
      '/api/Order/modify',
      { accountId, orderId, size: 3, limitPrice: 110.40625 },
    ],
  ])('%o', (command, path, body) => {
    const request = requestOf(command)
    expect(request.route.path).toBe(path)
    expect(request.body).toEqual(body)
  })

  test.each<[Command, string]>([
    [{ kind: 'close-position', accountId, contractId }, 'enforcement'],
    [{ kind: 'cancel-order', accountId, contractId, orderId }, 'cancellation'],
    [{ ...stop, accountId, contractId }, 'enforcement'],
    [{ ...stop, accountId, contractId, protection: 'target' }, 'management'],
    [{ ...move, accountId, contractId, orderId }, 'management'],
  ])('%o leaves in its lane', (command, lane) => expect(laneOf(command)).toBe(lane))
})

describe('the outcome of a mutation (G-13)', () => {
  test.each<[ErrorTable, number, string | null, string]>([
    ['close', 1, null, 'other'],
    ['close', 2, null, 'not-found'],
    ['close', 3, null, 'other'],
    ['close', 4, null, 'other'],
    ['close', 4, UNAVAILABLE, 'market-closed'],
    ['close', 5, 'Not enough margin.', 'other'],
    ['close', 5, UNAVAILABLE, 'market-closed'],
    ['close', 5, 'Order is outside of trading hours.', 'market-closed'],
    ['close', 6, null, 'unknown'],
    ['close', 7, null, 'unknown'],
    ['close', 8, null, 'account-rejected'],
    ['close', 99, null, 'unknown'],
    ['partialClose', 1, null, 'other'],
    ['partialClose', 2, null, 'not-found'],
    ['partialClose', 5, null, 'invalid-size'],
    ['partialClose', 6, null, 'market-closed'],
    ['partialClose', 6, 'Not enough margin.', 'other'],
    ['partialClose', 7, null, 'unknown'],
    ['partialClose', 8, null, 'unknown'],
    ['partialClose', 9, null, 'account-rejected'],
    ['cancel', 1, null, 'other'],
    ['cancel', 2, null, 'not-found'],
    ['cancel', 3, null, 'other'],
    ['cancel', 4, null, 'unknown'],
    ['cancel', 5, null, 'unknown'],
    ['cancel', 6, null, 'account-rejected'],
    ['place', 1, null, 'other'],
    ['place', 2, null, 'other'],
    ['place', 2, 'Invalid stop price. Price is not aligned to tick size.', 'other'],
    ['place', 2, UNAVAILABLE, 'market-closed'],
    ['place', 3, 'Not enough margin.', 'other'],
    ['place', 4, null, 'other'],
    ['place', 6, null, 'unknown'],
    ['place', 7, null, 'unknown'],
    ['place', 8, null, 'other'],
    ['place', 9, null, 'other'],
    ['place', 10, null, 'account-rejected'],
    ['modify', 1, null, 'other'],
    ['modify', 2, null, 'not-found'],
    ['modify', 3, null, 'other'],
    ['modify', 4, null, 'unknown'],
    ['modify', 5, null, 'unknown'],
    ['modify', 6, null, 'account-rejected'],
    ['modify', 7, null, 'other'],
    ['place', 5, null, 'market-closed'],
  ])('%s code %i with the text %s is %s', (table, code, text, expected) => {
    const outcome = outcomeOf(table, refused(code, text))
    expect(word(outcome)).toBe(expected)
    if (outcome.kind === 'refused') expect(outcome).toMatchObject({ code, message: text })
  })

  test('code 0 with success is accepted, in every table', () => {
    for (const table of ['place', 'modify', 'cancel', 'close', 'partialClose'] as const) {
      expect(outcomeOf(table, reply({ success: true, errorCode: 0, errorMessage: null }))).toEqual({ kind: 'accepted' })
    }
  })

  test('no refusal of any table is taken for acceptance', () => {
    for (const table of ['place', 'modify', 'cancel', 'close', 'partialClose'] as const) {
      for (const code of errorTables[table].keys()) expect(outcomeOf(table, refused(code)).kind).not.toBe('accepted')
    }
  })

  test.each([
    ['success without code 0', reply({ success: true, errorCode: 7, errorMessage: null })],
    ['an empty body', reply('')],
    ['HTML', reply('<html>maintenance</html>')],
    ['truncated JSON', reply('{"success":tr')],
    ['another JSON', reply({ ok: true })],
    ['429', reply('', 429)],
    ['408', reply('', 408)],
    ['500', reply('', 500)],
    ['502 with HTML', reply('<html></html>', 502)],
  ])('%s leaves open whether the gateway acted', (_, answer) => {
    expect(outcomeOf('close', answer).kind).toBe('unknown')
  })

  test.each([400, 403, 404])('status %i is a refusal before anything was done', (status) => {
    expect(outcomeOf('close', reply({ title: 'Bad Request' }, status))).toMatchObject({
      kind: 'refused',
      refusal: 'other',
      code: status,
    })
  })
})

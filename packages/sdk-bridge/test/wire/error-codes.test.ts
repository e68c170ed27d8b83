import { describe, expect, it } from 'vitest'
import { errorCode, errorTables, type ErrorTable, type ReplyClass } from '../../src/wire/error-codes.ts'

const mutations: readonly (readonly [ErrorTable, Readonly<Record<ReplyClass, readonly number[]>>])[] = [
  ['place', { done: [0], 'probably-met': [], refused: [1, 2, 3, 4, 5, 8, 9, 10], ambiguous: [6, 7] }],
  ['modify', { done: [0], 'probably-met': [], refused: [1, 2, 3, 6, 7], ambiguous: [4, 5] }],
  ['cancel', { done: [0], 'probably-met': [2], refused: [1, 3, 6], ambiguous: [4, 5] }],
  ['close', { done: [0], 'probably-met': [2], refused: [1, 3, 4, 5, 8], ambiguous: [6, 7] }],
  ['partialClose', { done: [0], 'probably-met': [2], refused: [1, 3, 4, 5, 6, 9], ambiguous: [7, 8] }],
]

describe('the reply of a mutation', () => {
  it.each(mutations)('%s: every documented code has its class (G-13)', (table, classes) => {
    const expected = Object.entries(classes).flatMap(([name, codes]) =>
      codes.map((code): [number, string] => [code, name]),
    )
    expect(errorTables[table].map((row, code) => [code, row.class])).toEqual(expected.toSorted(([a], [b]) => a - b))
  })

  it.each(mutations)('%s: a code of the future is named and ambiguous (G-13)', (table) => {
    for (const code of [99, -1, 1.5])
      expect(errorCode(table, code)).toEqual({ name: `unknown(${code})`, class: 'ambiguous' })
  })
})

describe('code 2', () => {
  it.each([
    ['login', 'PasswordVerificationFailed'],
    ['validate', 'SessionNotFound'],
    ['place', 'OrderRejected'],
    ['cancel', 'OrderNotFound'],
    ['close', 'PositionNotFound'],
    ['bars', 'UnitInvalid'],
    ['accountSearch', 'unknown(2)'],
  ] as const)('means on %s: %s', (table, name) => {
    expect(errorCode(table, 2).name).toBe(name)
  })
})

it.each([
  ['login', 10],
  ['validate', 4],
  ['logout', 2],
  ['place', 10],
  ['modify', 7],
  ['cancel', 6],
  ['close', 8],
  ['partialClose', 9],
  ['bars', 4],
  ['accountSearch', 1],
  ['contractById', 1],
  ['orderById', 1],
  ['successOnly', 0],
] as const)('the table of %s ends at code %d', (table, last) => {
  expect(errorTables[table]).toHaveLength(last + 1)
})

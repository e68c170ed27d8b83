import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/store/canonical-json.ts'

test.each<[unknown, string]>([
  [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
  [{ a: { d: [1, { z: 0, y: 0 }], c: null } }, '{"a":{"c":null,"d":[1,{"y":0,"z":0}]}}'],
  [{ é: 1, Z: 2, a: 3 }, '{"Z":2,"a":3,"é":1}'],
  [{ left: undefined, kept: false }, '{"kept":false}'],
  [[undefined, null], '[null,null]'],
  [
    new Map<unknown, unknown>([
      ['b', 1],
      [2, 'x'],
    ]),
    '{"2":"x","b":1}',
  ],
  [new Set(['b', 'a']), '["b","a"]'],
  [{ share: Number.POSITIVE_INFINITY, use: Number.NaN, big: 12n }, '{"big":"12","share":"Infinity","use":"NaN"}'],
  [-0, '0'],
  ['quote " and line\n', '"quote \\" and line\\n"'],
])('%o is written as %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text)
})

test('it reads back as the same value, and the order in which members were added does not matter', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(turnedAround(value))).toBe(text)
    }),
    { numRuns: propertyRuns() },
  )
})

test.each([
  ['a function', () => 0],
  ['a symbol', Symbol('x')],
  ['a loop', aLoop()],
])('%s is not evidence', (_what, value) => {
  expect(() => canonicalJson({ value })).toThrow(/evidence/)
})

function aLoop(): unknown {
  const loop: unknown[] = []
  loop.push(loop)
  return loop
}

function turnedAround(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedAround)
  if (typeof value !== 'object' || value === null) return value
  return new Map(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turnedAround(member)]),
  )
}

import { describe, expect, test } from 'vitest'
import { isUsableSpec, namesProduct, productOf, rootOf } from '../src/contract.ts'
import { contracts } from '../src/testing/builders.ts'
import { NO_USD } from '../src/usd.ts'

const { ES, MES, NQ } = contracts

describe('the product of a contract', () => {
  test.each([
    ['CON.F.US.ENQ.Z26', 'ENQ'],
    ['CON.F.US.MES.H27', 'MES'],
    ['ES', 'ES'],
    ['CON.F.US.ENQ', 'CON.F.US.ENQ'],
  ])('%s is of %s', (id, product) => {
    expect(productOf(id)).toBe(product)
  })

  test.each([
    ['MNQZ6', 'MNQ'],
    ['M2KH27', 'M2K'],
    ['ZNM6', 'ZN'],
    ['MNQ', 'MNQ'],
    ['mnqz6', 'mnqz6'],
  ])('%s has the root %s', (name, root) => {
    expect(rootOf(name)).toBe(root)
  })

  test.each([
    ['NQ', NQ, NQ, true],
    ['ENQ', NQ, NQ, true],
    ['CON.F.US.ENQ.Z26', NQ, NQ, true],
    ['NQ', NQ, null, false],
    ['ENQ', NQ, null, true],
    ['ES', MES, MES, false],
    ['MES', ES, ES, false],
    ['es', ES, ES, false],
  ])('%s: %#', (key, contract, spec, names) => {
    expect(namesProduct(key, contract.id, spec)).toBe(names)
  })
})

test.each([
  [{}, true],
  [{ tickSize: 0 }, false],
  [{ tickSize: -0.25 }, false],
  [{ tickSize: Number.NaN }, false],
  [{ tickSize: Number.POSITIVE_INFINITY }, false],
  [{ tickValue: NO_USD }, false],
])('a record with %j can value a position: %s', (changes, usable) => {
  expect(isUsableSpec({ ...ES, ...changes })).toBe(usable)
})

import { type ContractSpec, usd } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { ContractRecords } from '../src/contract-records.ts'

const { MNQ, MNQH27, ES } = contracts

function learned(...changes: readonly Partial<ContractSpec>[]) {
  const records = new ContractRecords([MNQ])
  const told = changes.map((change) => records.learn({ ...MNQ, ...change }))
  return { records, told, tickValue: records.get(MNQ.id)?.tickValue, doubt: records.doubt(MNQ.id) }
}

describe('a contract record that comes again', () => {
  test('the same is no news', () =>
    expect(learned({}, { active: false })).toMatchObject({ told: ['none', 'none'], doubt: null }))

  test.each([
    ['larger', 10_000, 10_000],
    ['smaller', 2_500, 5_000],
  ])('with a %s tick value is doubted, and the larger value counts', (_name, now, used) =>
    expect(learned({ tickValue: usd(now) })).toMatchObject({
      told: ['tick-value'],
      tickValue: used,
      doubt: { before: 5_000, now, used },
    }),
  )

  test('with the same new value once more is no further news, and still doubted', () =>
    expect(learned({ tickValue: usd(2_500) }, { tickValue: usd(2_500) })).toMatchObject({
      told: ['tick-value', 'none'],
      tickValue: 5_000,
    }))

  test('with another tick size is worth at least as much per point', () =>
    expect(learned({ tickSize: 0.5 })).toMatchObject({ told: ['tick-size'], tickValue: 10_000 }))

  test('is confirmed by the next start, which hears the same', () =>
    expect(new ContractRecords([{ ...MNQ, tickValue: usd(2_500) }]).learn({ ...MNQ, tickValue: usd(2_500) })).toBe(
      'none',
    ))
})

test('the contracts of a product are found by root, code and id, also those that were learned later', () => {
  const records = new ContractRecords([MNQ, ES])
  expect(records.ofProduct('MNQ')).toEqual([MNQ])
  expect(records.learn(MNQH27)).toBe('new')
  expect(records.ofProduct('MNQ')).toEqual([MNQ, MNQH27])
  expect(records.ofProduct('EP')).toEqual([ES])
  expect(records.ofProduct(MNQ.id)).toEqual([MNQ])
  expect(records.ofProduct('GC')).toEqual([])
})

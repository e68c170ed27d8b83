import type { AuditEntry } from '@rm/domain'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import type { AuditWish } from '../../src/store/history.ts'
import type { Store } from '../../src/store/store.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, NOON } from './turn-records.ts'

const ALL: AuditWish = {
  after: 0,
  before: Number.MAX_SAFE_INTEGER,
  order: 'oldest',
  limit: 1_000,
  action: null,
  actor: null,
  accountId: null,
}

const found = (store: Store, wish: Partial<AuditWish> = {}) => {
  const { records, next } = store.history.audit({ ...ALL, ...wish })
  return { seqs: records.map(({ seq }) => seq), next }
}

const entry = (action: string, actor: AuditEntry['actor'] = 'daemon'): AuditEntry => ({
  actor,
  action,
  subject: 's',
  detail: {},
})

test('records of the trail are found by who, what and which account, from either end', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  expect(found(store)).toEqual({ seqs: [], next: null })
  store.audit([entry('started'), entry('panic', 'admin'), entry('stopped')], NOON)
  expect(found(store)).toEqual({ seqs: [1, 2, 3], next: null })
  expect(found(store, { order: 'newest' })).toEqual({ seqs: [3, 2, 1], next: null })
  expect(found(store, { actor: 'admin' })).toEqual({ seqs: [2], next: null })
  expect(found(store, { action: 'stopped' })).toEqual({ seqs: [3], next: null })
  expect(found(store, { after: 1, before: 3 })).toEqual({ seqs: [2], next: null })
  // A page that is full names where to go on, if anything is left.
  expect(found(store, { limit: 2 })).toEqual({ seqs: [1, 2], next: 2 })
  expect(found(store, { limit: 2, after: 2 })).toEqual({ seqs: [3], next: null })
  expect(found(store, { limit: 2, order: 'newest' })).toEqual({ seqs: [3, 2], next: 2 })
  expect(found(store, { limit: 2, order: 'newest', before: 2 })).toEqual({ seqs: [1], next: null })
  expect(found(store, { limit: 3 })).toEqual({ seqs: [1, 2, 3], next: null })
  store.commit([aBreachTurn(1)])
  expect(found(store, { accountId: TEST_ACCOUNT }).seqs).toEqual([4, 5, 6, 7, 8])
})

test('one look ends after ten thousand records, and says where the next begins (B-9)', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const many = Array.from({ length: 10_500 }, () => entry('setting-changed'))
  store.audit([entry('first'), ...many, entry('last')], NOON)
  expect(found(store, { action: 'last' })).toEqual({ seqs: [], next: 10_000 })
  expect(found(store, { action: 'last', after: 10_000 })).toEqual({ seqs: [10_502], next: null })
  expect(found(store, { action: 'first', order: 'newest' })).toEqual({ seqs: [], next: 503 })
  expect(found(store, { action: 'first', order: 'newest', before: 503 })).toEqual({ seqs: [1], next: null })
})

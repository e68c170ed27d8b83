import { AccountId } from '@rm/domain'
import { expect, test } from 'vitest'
import type { AlertRecord } from '../../src/index.ts'
import { DataFolder } from './data-folder.ts'
import { NOON } from './turn-records.ts'

const ALERT: AlertRecord = {
  id: '3-1',
  keys: ['breach 5', 'lockout 6'],
  code: 'RULE-001',
  severity: 'critical',
  accountId: AccountId.parse(7_001_001),
  text: '3 contracts are held, 2 are allowed',
  details: ['measured 3, limit 2'],
  begunAt: NOON,
  lastSeenAt: NOON,
  seenCount: 2,
  revision: 3,
  overAt: null,
  acknowledgedAt: NOON,
  told: { slack: { revision: 2, at: NOON }, email: { revision: 0, at: null } },
}

test('an alert and what was told of it survive the process, and can be changed and removed (P-17)', async () => {
  using folder = new DataFolder()
  const other: AlertRecord = { ...ALERT, id: '3-2', accountId: null, severity: 'warning', overAt: NOON, told: {} }
  {
    using store = await folder.open()
    store.alerts.save([ALERT, other], [])
  }
  using store = await folder.open()
  expect(store.alerts.load()).toEqual([ALERT, other])
  const told = { ...ALERT, told: { slack: { revision: 3, at: NOON } } }
  store.alerts.save([told], [other.id])
  expect(store.alerts.load()).toEqual([told])
})

test('an alert that cannot be read is named', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.alerts.save([ALERT], [])
  }
  folder.tamper((database) => database.exec("UPDATE alert SET severity = 'loud'"))
  using store = await folder.open()
  expect(() => store.alerts.load()).toThrow('a row of table alert cannot be read')
})

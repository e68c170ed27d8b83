import { AccountId } from '@rm/domain'
import { expect, test } from 'vitest'
import { DataFolder } from './data-folder.ts'
import { NOON } from './turn-records.ts'

const FIRST = AccountId.parse(7_001_001)
const SECOND = AccountId.parse(7_001_002)

test('what an account is held to survives the process, in order, and can be replaced and released', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.saveSettingsInForce(FIRST, [{ limit: 3 }, { limit: 5 }], NOON)
    store.saveSettingsInForce(SECOND, [{ limit: 1 }], NOON)
  }
  using store = await folder.open()
  expect(store.settingsInForce(FIRST)).toEqual([{ limit: 3 }, { limit: 5 }])
  expect(store.accountsInForce()).toEqual([FIRST, SECOND])
  store.saveSettingsInForce(FIRST, [{ limit: 5 }], NOON)
  expect(store.settingsInForce(FIRST)).toEqual([{ limit: 5 }])
  store.saveSettingsInForce(FIRST, [], NOON)
  expect(store.accountsInForce()).toEqual([SECOND])
})

import { instant } from '@rm/domain'
import { TEST_ACCOUNT } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import { queryPlans } from '../../src/store/query-plans.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, MIDNIGHT, NOON } from './turn-records.ts'

const SUBJECT = {
  accountId: TEST_ACCOUNT,
  day: { label: '2026-03-09', start: MIDNIGHT, end: instant(NOON + 1) },
  originId: 'breach-1',
}
const WALK = /^SCAN (trade|position_cycle|lockout|breach|goal|command|audit|warning_mark)$/

async function walks(tamper: string): Promise<readonly string[]> {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
  }
  folder.tamper((database) => database.exec(tamper))
  return queryPlans(folder.database, SUBJECT).flatMap(({ reading, steps }) =>
    steps.filter((step) => WALK.test(step)).map((step) => `${reading}: ${step}`),
  )
}

test('no reading of the product walks a table that grows, and without its index it does', async () => {
  expect(await walks('')).toEqual([])
  expect(await walks('DROP INDEX breach_by_time')).toContain('the newest breaches: SCAN breach')
})

import { expect, test } from 'vitest'
import { readTrailLinks } from '../../src/store/trail-gaps.ts'
import { DataFolder } from './data-folder.ts'
import { aBreach, aBreachTurn, aLockout, aTurn, NOON } from './turn-records.ts'

test('a breach with goal, lockout and requests has no gap; one that demanded something and got nothing has', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
  }
  expect(readTrailLinks(folder.database)).toEqual({ breaches: 1, lockouts: 1, goals: 1, commands: 2, gaps: [] })
  folder.tamper((database) =>
    database.exec(`DELETE FROM command; DELETE FROM goal;
      UPDATE lockout SET ended_at = from_at - 1`),
  )
  expect(readTrailLinks(folder.database).gaps.map(({ subject, what }) => `${subject}: ${what}`)).toEqual([
    'goal-1: an audit record of a goal that the store does not have',
    'command-1-a: an audit record of a request that the store does not have',
    'command-1-b: an audit record of a request that the store does not have',
    'breach-1: a breach that demanded something, and nothing was pursued',
  ])
})

test('what a lock snapshot brought back after the database was lost has no records, and that is told by the repair', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aTurn({ breaches: [aBreach('breach-9')], lockouts: [aLockout('lockout-9')] })])
  }
  expect(readTrailLinks(folder.database).gaps).toHaveLength(2)
  {
    using store = await folder.open()
    store.audit([{ actor: 'daemon', action: 'store-recovered', subject: 'run 2', detail: {} }], NOON)
  }
  expect(readTrailLinks(folder.database).gaps).toEqual([])
})

import { type Instant, instant, type PositionCycle, type TurnRecord, usd } from '@rm/domain'
import { contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { writeDurably } from '../../src/store/durable-file.ts'
import { holdCopy } from '../../src/store/held-copy.ts'
import { type LockSnapshot, snapshotOf, snapshotText } from '../../src/store/lock-snapshot.ts'
import { lockSnapshotFile } from '../../src/store/recover-database.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aCommandRecord, aPursuedGoal, aTurn, NOON } from './turn-records.ts'

const LATER: Instant = instant(NOON + 90_000)

function aCycle(uncoveredMs: number, measuredAt: Instant): PositionCycle {
  return {
    accountId: TEST_ACCOUNT,
    id: 'cycle-1',
    contractId: contracts.MNQ.id,
    side: 'long',
    openedAt: NOON,
    closedAt: null,
    enlargedAt: NOON,
    maxSize: 2,
    realized: usd(0),
    protection: { uncoveredMs, covered: false, measuredAt },
    management: { breakEvenDone: null, trailExtreme: null, placements: 3 },
  }
}

function measuring(cycle: PositionCycle): TurnRecord {
  return aTurn({ cycles: [cycle], audit: aBreachTurn(1).audit })
}

/** What happens after the backup and is in the snapshot alone. */
async function lostAfter(first: TurnRecord, then: TurnRecord) {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([first])
    await store.backup(NOON, holdCopy)
    store.commit([then])
    await writeDurably(lockSnapshotFile(folder.path), snapshotText(store.lockSnapshot(LATER)))
  }
  rmSync(folder.database)
  using store = await folder.open()
  return store.loadAccount(TEST_ACCOUNT, NOON)
}

describe('a lock snapshot brings back what no gateway can (D-09, D-11)', () => {
  test('a request whose answer is owed, also when its goal is reached already', async () => {
    const goal = aPursuedGoal('goal-9', { kind: 'flat-account' }, { state: 'reached', endedAt: LATER })
    const sending = aCommandRecord('command-9', 'goal-9')
    const free = aCommandRecord('command-10', 'goal-9', { goalId: null })
    const settled = aCommandRecord('command-11', 'goal-9', { state: 'effective', settledAt: LATER })
    const after = aTurn({ goals: [goal], commands: [sending, free, settled], audit: aBreachTurn(1).audit })
    const { commands } = await lostAfter(aTurn({ audit: aBreachTurn(0).audit }), after)
    expect(commands.map(({ id }) => id).toSorted()).toEqual(['command-10', 'command-9'])
  })

  test('the meters of an open position, the later ones of the two', async () => {
    const [before, after] = [aCycle(1_000, NOON), aCycle(61_000, LATER)]
    expect((await lostAfter(measuring(before), measuring(after))).cycles).toEqual([after])
    // A snapshot with the older ones, however it came there, takes nothing back.
    expect((await lostAfter(measuring(after), measuring(before))).cycles).toEqual([after])
  })

  test('the warnings that were given', async () => {
    const warning = { rule: 'RULE-003', level: 0.8, day: '2026-03-09' }
    const after = aTurn({ warnings: [warning], audit: aBreachTurn(1).audit })
    expect((await lostAfter(aTurn({ audit: aBreachTurn(0).audit }), after)).warnings).toMatchObject([warning])
  })
})

test('a snapshot of a version that did not know these rows is read', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  const { tables, ...rest } = store.lockSnapshot(NOON)
  const { command: _command, position_cycle: _cycle, warning_mark: _warning, ...known } = tables
  const older = snapshotText({ ...rest, tables: known } as unknown as LockSnapshot)
  expect(snapshotOf(older)?.tables).toMatchObject({ lockout: [{ id: 'lockout-1' }], command: [], position_cycle: [] })
})

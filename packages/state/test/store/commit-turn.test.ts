import { type DayTrade, instant, instantOf, type Lockout, usd } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { existsSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DirectAccess } from '../../src/store/database-access.ts'
import { openDurably } from '../../src/store/durable-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { Store } from '../../src/store/store.ts'
import { StoreConnection } from '../../src/store/store-connection.ts'
import { DataFolder } from './data-folder.ts'
import {
  aBreach,
  aBreachTurn,
  aCommandRecord,
  aLockout,
  aPursuedGoal,
  aTurn,
  MIDNIGHT,
  NOON,
  OTHER_ACCOUNT,
} from './turn-records.ts'

test('a turn is remembered whole', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const turn = aBreachTurn(1, {
    trades: [{ trade: aTrade(1, contracts.MNQ, { at: NOON }), origin: 'enforcer' }],
    resets: [MIDNIGHT],
    warnings: [{ rule: 'RULE-003', level: 0.8, day: '2026-03-09' }],
  })
  store.commit([turn])

  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT)).toEqual({
    trades: turn.trades,
    cycles: [],
    lockouts: turn.lockouts,
    breaches: turn.breaches,
    goals: turn.goals,
    commands: turn.commands,
    lastReset: MIDNIGHT,
    warnings: turn.warnings,
    lastTurnAt: NOON,
  })
})

test('an account without a turn has nothing', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  expect(store.loadAccount(OTHER_ACCOUNT, MIDNIGHT)).toEqual({
    trades: [],
    cycles: [],
    lockouts: [],
    breaches: [],
    goals: [],
    commands: [],
    lastReset: null,
    warnings: [],
    lastTurnAt: null,
  })
})

test('accounts with the same ids keep their own rows', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aTurn({ lockouts: [aLockout('same')] })])
  store.commit([
    aTurn({
      accountId: OTHER_ACCOUNT,
      lockouts: [aLockout('same', { accountId: OTHER_ACCOUNT, scope: 'product:ES' })],
    }),
  ])
  store.commit([
    aTurn({ accountId: OTHER_ACCOUNT, endedLockouts: [{ id: 'same', at: NOON, cause: 'end of the cooldown' }] }),
  ])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toEqual([aLockout('same')])
  expect(store.loadAccount(OTHER_ACCOUNT, MIDNIGHT).lockouts).toEqual([])
})

test('a turn that decided nothing durable writes nothing', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  const before = logStamp(folder)
  store.commit([aTurn({ at: instant(NOON + 60_000) })])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lastTurnAt).toBe(NOON)
  expect(logStamp(folder)).toEqual(before)
  store.commit([aTurn({ at: instant(NOON + 60_000), resets: [MIDNIGHT] })])
  expect(logStamp(folder)).not.toEqual(before)
})

test('what holds one product to reducing holds that product alone after a restart', async () => {
  using folder = new DataFolder()
  const held = { kind: 'reduce-only', baseline: new Map([[contracts.MNQ.id, 2]]), product: 'MNQ' } as const
  {
    using store = await folder.open()
    store.commit([aTurn({ breaches: [aBreach('b', { goals: [held] })], goals: [aPursuedGoal('g', held)] })])
  }
  using store = await folder.open()
  const { breaches, goals } = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
  expect(breaches.map((breach) => breach.goals)).toEqual([[held]])
  expect(goals.map(({ goal }) => goal)).toEqual([held])
})

test('writing a turn twice changes nothing but the audit trail', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const turn = aBreachTurn(1, {
    trades: [{ trade: aTrade(1, contracts.MNQ, { at: NOON }), origin: 'trader' }],
    lockouts: [aLockout('kept'), aLockout('ended')],
    endedLockouts: [{ id: 'ended', at: NOON, cause: 'next daily reset' }],
    breaches: [aBreach('kept'), aBreach('ended')],
    endedBreaches: [{ id: 'ended', at: NOON }],
    resets: [MIDNIGHT],
    warnings: [{ rule: 'RULE-003', level: 0.8, day: '2026-03-09' }],
  })
  store.commit([turn])
  const once = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
  store.commit([turn])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT)).toEqual(once)
  expect(once.lockouts.map((lockout) => lockout.id)).toEqual(['kept'])
  expect(once.breaches.map((breach) => breach.id)).toEqual(['kept'])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 10 })
})

test('a trade that is sent again replaces itself and never counts twice', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const first = { trade: aTrade(1, contracts.MNQ, { at: NOON, realizedPnl: usd(-10_000) }), origin: 'trader' } as const
  const voided = { ...first, trade: { ...first.trade, voided: true } }
  store.commit([aTurn({ trades: [first] })])
  store.commit([aTurn({ trades: [voided], at: instant(NOON + 1) })])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).trades).toEqual([voided])
})

test('trades come in order of their stamps, since the instant asked for', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([
    aTurn({
      trades: [
        tradeAt(1, NOON, 7),
        tradeAt(2, NOON, 3),
        tradeAt(3, MIDNIGHT),
        tradeAt(4, MIDNIGHT - 1),
        tradeAt(5, NOON, 3),
      ],
    }),
  ])
  const ids = store.loadAccount(TEST_ACCOUNT, MIDNIGHT).trades.map(({ trade: stored }) => stored.id)
  expect(ids).toEqual([3, 2, 5, 1])
})

test('what has ended is not loaded, and stays in the file', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aBreachTurn(1)])
    const [goal, command] = [aBreachTurn(1).goals[0], aBreachTurn(1).commands[0]]
    if (goal === undefined || command === undefined) throw new Error('the breach has a goal and a command')
    store.commit([
      aTurn({
        endedBreaches: [{ id: 'breach-1', at: NOON }],
        endedLockouts: [{ id: 'lockout-1', at: NOON, cause: 'next daily reset' }],
        goals: [{ ...goal, state: 'reached', endedAt: NOON }],
        commands: [{ ...command, state: 'effective', settledAt: NOON, settledBy: 'snapshot' }],
      }),
    ])
    const left = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
    expect([left.breaches, left.lockouts, left.goals]).toEqual([[], [], []])
    expect(left.commands.map(({ id }) => id)).toEqual(['command-1-b'])
  }
  folder.tamper((database) => {
    expect(database.prepare('SELECT id, ended_at, end_cause FROM lockout').all()).toEqual([
      { id: 'lockout-1', ended_at: NOON, end_cause: 'next daily reset' },
    ])
    expect(database.prepare('SELECT id, ended_at FROM breach').all()).toEqual([{ id: 'breach-1', ended_at: NOON }])
  })
})

test('a lockout that is written again after its end stands again', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aTurn({ lockouts: [aLockout('cooldown')] })])
  store.commit([aTurn({ endedLockouts: [{ id: 'cooldown', at: NOON, cause: 'end of the cooldown' }] })])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toEqual([])
  store.commit([aTurn({ lockouts: [aLockout('cooldown')] })])
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toEqual([aLockout('cooldown')])
})

test('a lockout can be extended and not be shortened', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aTurn({ lockouts: [lockedUntil('2026-03-09T18:00:00Z')] })])
  store.commit([aTurn({ lockouts: [lockedUntil('2026-03-09T19:00:00Z')] })])
  expect(() => store.commit([aTurn({ lockouts: [lockedUntil('2026-03-09T18:30:00Z')] })])).toThrow('never shortened')
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts).toEqual([lockedUntil('2026-03-09T19:00:00Z')])
})

test('a turn that cannot be written leaves no trace, and the next one follows without a gap', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  store.commit([aBreachTurn(1)])
  const before = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
  const orphan = aCommandRecord('command-2-a', 'no such goal')
  expect(() => store.commit([aBreachTurn(2, { commands: [orphan] })])).toThrow('FOREIGN KEY')
  const loop: Record<string, unknown> = {}
  loop['itself'] = loop
  const unspeakable = { actor: 'daemon', action: 'breach-begun', subject: 'breach-2', detail: loop } as const
  expect(() => store.commit([aBreachTurn(2, { audit: [...aBreachTurn(2).audit, unspeakable] })])).toThrow('nests')
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT)).toEqual(before)
  store.commit([aBreachTurn(3)])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 10 })
})

test('a turn that the disk refuses at its very end is not in the chain that goes on', async () => {
  using folder = new DataFolder()
  const database = openDurably(folder.database)
  await migrate(database, NOON)
  database.exec(`INSERT INTO run (version, started_at) VALUES ('0.1.0', 1)`)
  using store = new Store(new DirectAccess(new StoreConnection(database, 1)), 1, {
    recovery: [],
    beforeUnlock: () => {},
  })
  store.commit([aBreachTurn(1)])
  database.exec(
    `CREATE TEMP TRIGGER disk_full BEFORE UPDATE ON main.audit_head BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END`,
  )
  expect(() => store.commit([aBreachTurn(2)])).toThrow('disk is full')
  database.exec('DROP TRIGGER disk_full')
  store.commit([aBreachTurn(3)])
  expect(store.verifyAudit()).toMatchObject({ ok: true, rows: 10 })
  expect(store.loadAccount(TEST_ACCOUNT, MIDNIGHT).lockouts.map(({ id }) => id)).toEqual(['lockout-1', 'lockout-3'])
})

test('goals and commands that are unfinished in any way are loaded', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  const goals = (['pursued', 'escalated', 'reached', 'moot'] as const).map((state) =>
    aPursuedGoal(state, { kind: 'flat-account' }, { state }),
  )
  const states = ['sending', 'acked', 'refused', 'in-doubt', 'not-sent', 'effective', 'superseded'] as const
  const commands = states.map((state) => aCommandRecord(state, 'pursued', { state }))
  store.commit([aTurn({ goals, commands })])
  const stored = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
  expect(stored.goals.map(({ id }) => id)).toEqual(['escalated', 'pursued'])
  expect(stored.commands.map(({ id }) => id)).toEqual(['acked', 'in-doubt', 'sending'])
})

test('a standing lockout or an unfinished goal of any account is protection that is unfinished', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  expect(store.hasUnfinishedProtection()).toBe(false)
  const goal = aPursuedGoal('goal', { kind: 'flat-account' }, { accountId: OTHER_ACCOUNT })
  store.commit([aTurn({ breaches: [aBreach('alone')], goals: [{ ...goal, id: 'moot', state: 'moot' }] })])
  expect(store.hasUnfinishedProtection()).toBe(false)
  for (const state of ['pursued', 'escalated'] as const) {
    store.commit([aTurn({ goals: [{ ...goal, state }] })])
    expect(store.hasUnfinishedProtection()).toBe(true)
    store.commit([aTurn({ goals: [{ ...goal, state: 'reached' }] })])
    expect(store.hasUnfinishedProtection()).toBe(false)
  }
  store.commit([aTurn({ lockouts: [aLockout('one')] })])
  expect(store.hasUnfinishedProtection()).toBe(true)
  store.commit([aTurn({ endedLockouts: [{ id: 'one', at: NOON, cause: 'next daily reset' }] })])
  expect(store.hasUnfinishedProtection()).toBe(false)
})

test('each reset and each warning is kept once', async () => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    const warning = { rule: 'RULE-003', level: 0.8, day: '2026-03-09' }
    for (const at of [NOON, instant(NOON + 1000)])
      store.commit([aTurn({ at, resets: [MIDNIGHT], warnings: [warning] })])
    store.commit([aTurn({ warnings: [{ ...warning, level: 0.9 }], resets: [instant(MIDNIGHT - 86_400_000)] })])
    const stored = store.loadAccount(TEST_ACCOUNT, MIDNIGHT)
    expect(stored.warnings).toEqual([warning, { ...warning, level: 0.9 }])
    expect(stored.lastReset).toBe(MIDNIGHT)
    expect(stored.lastTurnAt).toBe(NOON + 1000)
  }
  folder.tamper((database) => {
    expect(database.prepare('SELECT instant, processed_at FROM reset_mark ORDER BY instant').all()).toEqual([
      { instant: MIDNIGHT - 86_400_000, processed_at: NOON },
      { instant: MIDNIGHT, processed_at: NOON },
    ])
  })
})

test('the database itself refuses to delete a lockout', async () => {
  using folder = new DataFolder()
  ;(await folder.open()).close()
  folder.tamper((database) => {
    database.exec(
      `INSERT INTO lockout VALUES (1, 'a', 'RULE-003', 'account', 'flat', '[]', 1, 'at', 2, 'why', NULL, NULL, NULL, NULL, NULL)`,
    )
    expect(() => database.exec('DELETE FROM lockout')).toThrow('never deleted')
  })
})

test.each([
  ['scope', `UPDATE lockout SET scope = 'everything'`],
  ['effect', `UPDATE lockout SET effect = 'warn'`],
  ['end_kind', `UPDATE lockout SET end_kind = 'permanent'`],
  ['rule', `UPDATE lockout SET rule = 'daily loss'`],
  ['baseline', `UPDATE lockout SET baseline = '{"CON.F.US.MNQ.Z26":1}'`],
  ['baseline', `UPDATE lockout SET baseline = 'none'`],
])('a lockout whose %s cannot be read stops the start instead of unlocking', async (column, statement) => {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aTurn({ lockouts: [aLockout('one')] })])
  }
  folder.tamper((database) => database.exec(statement))
  const refusal = { code: 'STORE_CORRUPT', message: expect.stringMatching(`lockout.*[\\s\\S]*${column}`) }
  // Again and again: no backup and no lock snapshot has it, so the file is not set aside for an empty one.
  await expect(folder.open()).rejects.toMatchObject(refusal)
  await expect(folder.open()).rejects.toMatchObject(refusal)
  expect(existsSync(folder.file('set-aside'))).toBe(false)
})

function logStamp(folder: DataFolder): readonly [number, bigint] {
  const { size, mtimeNs } = statSync(`${folder.database}-wal`, { bigint: true })
  return [Number(size), mtimeNs]
}

function tradeAt(id: number, at: number, microseconds = 0): DayTrade {
  return { trade: aTrade(id, contracts.MNQ, { at: instant(at), microseconds }), origin: 'trader' }
}

function lockedUntil(iso: string): Lockout {
  return aLockout('one', { end: { kind: 'at', at: instantOf(iso) } })
}

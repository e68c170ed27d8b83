import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { expectSameTrades } from '../harness/same-trades.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }

/** At which moment the process is killed. */
const MOMENTS = {
  'before the close is executed': { verb: 'hang', executed: 'drop' },
  'after the close was executed, before its answer': { verb: 'hang', executed: 'act' },
} as const

describe.concurrent('a daemon that is killed right after a daily-loss breach was committed', () => {
  test.each(Object.keys(MOMENTS) as (keyof typeof MOMENTS)[])('%s (P-10, P-16)', async (moment) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    gateway.faults.rest('closeContract', MOMENTS[moment], { times: null })
    trader.buy('MNQ', 2)
    await trader.loseOnEs(48)
    // The request leaves only after the breach, the lockout and the intent are on the disk.
    await stage.awaitVenue('the close has arrived', () => closes(stage) > 0)
    expect(await daemon.kill()).toEqual({ code: null, signal: 'SIGKILL' })

    // While nobody watches, the trader re-enters and takes another loss.
    gateway.faults.clear()
    await trader.loseOnEs(8)
    await trader.enters('MES', OrderSide.buy, 2)

    const successor = await stage.startDaemon().running()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => trader.isFlat && trader.workingOrders().length === 0)
    await successor.log.awaitLine('flat is verified', (line) => line.event === 'goal-ended')
    // Locked still: another entry is undone as well.
    await trader.enters('MES', OrderSide.sell, 1)
    await stage.awaitVenue('flat again', () => trader.isFlat)
    const trades = gateway.exchange.trades(FIRST_ACCOUNT)
    await successor.log.awaitLine(
      'the last trade is known',
      (line) => line['about'] === `trade-reported ${trades.at(-1)?.id}`,
    )
    await successor.log.awaitLine(
      'everything is verified',
      () => successor.log.lines().filter((line) => line.event === 'goal-ended').length >= 2,
    )
    expect((await successor.stop()).code).toBe(0)

    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    expect(fillsOf(gateway.exchange.ledger(), 'daemon')).toHaveLength(3)
    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.verdict).toEqual({ ok: true, rows: stored.audit.length, head: expect.any(String) })
    expect(stored.audit.map((row) => row.seq)).toEqual(stored.audit.map((_, index) => index + 1))
    expect(new Set(stored.audit.map((row) => row.epoch))).toEqual(new Set([1, 2]))
    const account = stored.account(FIRST_ACCOUNT)
    expect(account.lockouts).toMatchObject([{ rule: 'RULE-003', scope: 'account', effect: 'flat' }])
    expect(account.goals).toEqual([])
    expect(account.commands).toEqual([])
    expect(stored.audit.filter((row) => row.action === 'breach-begun')).toHaveLength(1)

    expectSameTrades(account, gateway, FIRST_ACCOUNT)
  })

  test('again and again: each start takes up where the one before was killed', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    gateway.faults.rest('closeContract', { verb: 'hang', executed: 'drop' }, { times: null })
    trader.buy('MNQ', 1)
    await trader.loseOnEs(48)
    // The trade that realises the loss may come before its position event; then ES is closed once too often, which changes nothing.
    await stage.awaitVenue('the first close', () => closes(stage) >= 1)
    await daemon.kill()
    for (const start of [2, 3]) {
      const before = closes(stage)
      const next = stage.startDaemon()
      await stage.awaitVenue(`the close of start ${start}`, () => closes(stage) > before)
      await next.kill()
    }
    gateway.faults.clear()
    const last = await stage.startDaemon().running()
    await stage.awaitVenue('flat', () => trader.isFlat)
    await last.log.awaitLine('the goal is verified', (line) => line.event === 'goal-ended')
    expect((await last.stop()).code).toBe(0)

    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    expect(fillsOf(gateway.exchange.ledger(), 'daemon')).toHaveLength(1)
    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.verdict).toMatchObject({ ok: true })
    expect(stored.audit.filter((row) => row.action === 'lockout-set')).toHaveLength(1)
    expect(stored.account(FIRST_ACCOUNT).goals).toEqual([])
  })

  test('keeps every account of its own: the one without a breach trades on after the restart', async () => {
    await using opened = await Stage.open({ rules: RULES, accounts: 2 })
    const { stage, daemon } = opened
    const [locked, free] = [stage.trader(1), stage.trader(2)]
    free.buy('MES', 1)
    await locked.loseOnEs(48)
    await enforcementOf(daemon.log, locked.accountId, 'RULE-003')
    await daemon.kill()
    const successor = await stage.startTrustedDaemon()
    await wordOf(successor.log, locked.accountId, 'LOCKED')
    await wordOf(successor.log, free.accountId, 'ACTIVE')

    expect(free.position('MES')).toBe(1)
    expect(fillsOf(stage.gateway.exchange.ledger(), 'daemon', free.accountId)).toEqual([])
  })
})

function closes(stage: Stage): number {
  return stage.gateway.requests.after(0).filter(({ route }) => route === 'closeContract').length
}

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { runCommand } from '../harness/command-run.ts'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false } }
const SECOND_ACCOUNT = FIRST_ACCOUNT + 1
const PATIENCE = { timeout: 30_000 }

interface Row {
  readonly [column: string]: string | number | null
}

function rowsOf(stdout: string): readonly Row[] {
  return JSON.parse(stdout) as readonly Row[]
}

/** What remains of the rows when the costs are paid, in cents. */
function netOf(rows: readonly Row[]): number {
  const cents = (row: Row, column: string): number => Math.round(Number(row[column]) * 100)
  return rows.reduce((sum, row) => sum + cents(row, 'PnL') - cents(row, 'Fees') - cents(row, 'Commissions'), 0)
}

test('accounts, the audit trail and the exports of a daemon that runs, and the same exports when it is stopped', async () => {
  await using opened = await Stage.open({ rules: RULES, accounts: 2 })
  const { stage, daemon } = opened
  const control = ['--control', path.join(stage.dataDirectory, 'control')]
  const folder = ['--config', stage.configDirectory]
  const days = ['--from', '2026-11-10', '--to', '2026-11-30']
  const exported = async (what: string, ...places: readonly string[]) => {
    const { code, stdout, stderr } = await runCommand(['export', 'csv', what, ...days, ...places])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  // An entry that its day will not close, and a day's loss with a lockout.
  await stage.trader(2).enters('MNQ', OrderSide.buy, 1)
  await stage.trader().loseOnEs(48)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
  await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')

  const told = async () => {
    const { stdout } = await runCommand(['pnl', '--json', ...control])
    return JSON.parse(stdout) as { accounts: { name: string; pnl: { net: string; gross: string } }[] }
  }
  let rows: readonly Row[] = []
  const known = async () => (rows = rowsOf(await exported('trades', '--json', ...control))).length
  await expect.poll(known, PATIENCE).toBe(2)
  for (const { name, pnl } of (await told()).accounts) {
    const own = rows.filter((row) => row['Account'] === name)
    expect(netOf(own)).toBe(Math.round(Number(pnl.net) * 100))
  }
  expect(rows[1]).toMatchObject({ ContractName: 'MNQZ6', ExitedAt: null, Type: 'Long', Size: 1, By: 'trader' })
  const [breaches, pnl] = [await exported('breaches', ...control), await exported('pnl', ...control)]
  expect(breaches).toMatch(/^Account,TradeDay,Id,Rule,.*\nPRAC-V2-100200-7001001,2026-11-18,.*,RULE-003,/)
  expect(pnl.split('\n')).toHaveLength(4)

  const trail = await runCommand(['audit', 'list', '--action', 'lockout-set', '--json', ...control])
  expect(JSON.parse(trail.stdout)).toMatchObject({ records: [{ action: 'lockout-set', accountId: FIRST_ACCOUNT }] })
  const page = await runCommand(['audit', 'list', '--order', 'oldest', '--last', '3', ...control])
  expect(page.stdout).toMatch(/^1 {2}2026-11-18 .*\n(.*\n)*3 of a trail of \d+; there are more/)
  for (const line of page.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)

  const file = path.join(stage.configDirectory, 'accounts.yaml')
  const before = readFileSync(file, 'utf8')
  for (const [account, why] of [
    [FIRST_ACCOUNT, 'is locked by RULE-003'],
    [SECOND_ACCOUNT, 'holds 1 MNQZ6'],
  ] as const) {
    const { code, stderr } = await runCommand(['accounts', 'remove', String(account), ...folder, ...control])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(why) })
    expect(readFileSync(file, 'utf8')).toBe(before)
  }
  const removal = ['accounts', 'remove', String(SECOND_ACCOUNT), '--after-reset', ...folder, ...control]
  expect(await runCommand(removal)).toMatchObject({ code: 0, stdout: expect.stringContaining('next daily reset') })
  await daemon.log.awaitLine('read again', (line) => line.event === 'account-released')
  expect((await runCommand(['accounts', 'list', ...folder])).stdout).toContain(
    `Nobody watches PRAC-V2-100200-${SECOND_ACCOUNT}.`,
  )
  const added = await runCommand(['accounts', 'add', String(SECOND_ACCOUNT), ...folder])
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('from its next start on') })

  expect((await daemon.stop()).code).toBe(0)
  expect(await exported('pnl', ...control, '--data', stage.dataDirectory)).toBe(pnl)
  const both = rowsOf(await exported('trades', '--json', ...control, '--data', stage.dataDirectory))
  // Times are written in the zone of whoever reads.
  expect(both.map(({ Id, PnL, Fees }) => [Id, PnL, Fees])).toEqual(rows.map(({ Id, PnL, Fees }) => [Id, PnL, Fees]))
  expect(await runCommand(['export', 'csv', ...control, '--data', 'nowhere'])).toMatchObject({ code: 1 })
})

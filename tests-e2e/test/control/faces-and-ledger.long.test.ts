import path from 'node:path'
import { practiceDayRisk, scenarioScript, scenarios } from '@rm/gateway-sim'
import { BreachHistory, DaemonReport, Explanations, LockoutHistory } from '@rm/control-api'
import { usdToDecimalText, type Usd } from '@rm/domain'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { runCommand } from '../harness/command-run.ts'
import { trusted } from '../harness/daemon-story.ts'
import { booksOf, codeOf } from '../harness/ledger-books.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { breachesOfPracticeDay } from '../harness/practice-day-breaches.ts'
import { CONTRACTS } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const ACCOUNTS = 7
const SCRIPT_MS = 80_000
/** From the venue's clock to the daemon's own turn, on a busy machine. */
const SOON_MS = 2_000
/** Accounts of the practice day that are locked in its end. */
const LOCKED = { byLoss: 7_001_003, byTrades: 7_001_004, bySession: 7_001_007 }

const DAY = scenarios.get('practice-day')
if (DAY === undefined) throw new Error('no practice day')
const { startsAt } = DAY
const script = scenarioScript(DAY)

const rulesOf = Object.fromEntries(
  Object.entries(practiceDayRisk.overrides).map(([id, rules]) => [Number(id) - FIRST_ACCOUNT + 1, rules]),
)

test(
  'after a practice day every face tells the numbers that an accountant finds in the ledger of the venue',
  async () => {
    await using stage = await Stage.set({ accounts: ACCOUNTS, rules: practiceDayRisk.base, rulesOf, script, startsAt })
    await using daemon = await stage.startTrustedDaemon()
    await trusted(daemon.log, stage.accountIds)
    const { exchange } = stage.gateway
    stage.gateway.beginScript()
    await stage.awaitVenue('the end of the script', () => stage.gateway.scriptState()?.state === 'over', SCRIPT_MS)
    exchange.moveMarket(CONTRACTS.MNQ, 9)
    exchange.moveMarket(CONTRACTS.MES, -7)

    const tell = async (...words: readonly string[]): Promise<string> => {
      const told = await runCommand([...words, '--control', path.join(stage.dataDirectory, 'control')])
      expect(told).toMatchObject({ code: 0, stderr: '' })
      return told.stdout
    }
    const json = async <Schema extends z.ZodType>(
      schema: Schema,
      ...words: readonly string[]
    ): Promise<z.output<Schema>> => schema.parse(JSON.parse(await tell(...words, '--json')))

    const books = new Map(stage.accountIds.map((id) => [id, booksOf(exchange, id)]))
    const expected = stage.accountIds.map((id) => ({ id, ...wordless(books.get(id)) }))
    const told = async (face: string) => (await json(DaemonReport, face)).accounts.map(numbersOf)
    await expect.poll(() => told('status'), { timeout: 15_000 }).toEqual(expected)
    for (const face of ['pnl', 'positions', 'limits']) expect(await told(face)).toEqual(expected)
    const balances = (await json(DaemonReport, 'status')).accounts.map(({ balance }) => dollarsOf(balance))
    expect(balances).toEqual(exchange.accounts().map(({ balance }) => balance))

    const [status, pnl, positions] = [await tell('status'), await tell('pnl'), await tell('positions')]
    for (const { gross, costs, net, open, products, positions: held } of books.values()) {
      expect(status).toContain(`day ${inWords(net)} realized, ${inWords(open)} open, ${inWords(net + open)} in all`)
      expect(pnl).toMatch(row('realized', inWords(gross), inWords(costs), inWords(net)))
      expect(pnl).toMatch(row('total', inWords(net + open)))
      for (const one of products) {
        expect(pnl).toMatch(
          row(one.product, String(one.trades), inWords(one.gross), inWords(one.costs), inWords(one.net)),
        )
      }
      for (const { contractId, signedSize, averagePrice, open: worth } of held) {
        const name = exchange.contract(contractId)?.name ?? ''
        expect(positions).toMatch(row(name, `+${signedSize}`, String(averagePrice), inWords(worth)))
      }
    }

    // Limits: what is used of them follows from the same fills.
    const { accounts } = await json(DaemonReport, 'limits')
    for (const { id, limits } of accounts) {
      const { net, open, positions: held } = books.get(id) ?? booksOf(exchange, id)
      const used = (rule: string, what: string) => {
        const measure = limits.find((one) => one.rule === rule && one.what === what)?.measure
        return measure?.unit === 'usd' ? dollarsOf(measure.used) : measure?.unit === 'time' ? null : measure?.used
      }
      expect(used('RULE-001', 'contracts')).toBe(held.reduce((sum, { signedSize }) => sum + Math.abs(signedSize), 0))
      for (const { contractId, signedSize } of held) {
        expect(used('RULE-002', codeOf(contractId))).toBe(Math.abs(signedSize))
      }
      expect(used('RULE-003', 'loss of the day')).toBeCloseTo(-(net + Math.min(0, open)), 4)
      expect(used('RULE-006', 'trades in an hour')).toBe(fillsOf(exchange.ledger(), 'trader', id).length)
    }

    // Lockouts: until the reset, a minute after the fill that was one too many, until the next session of crude oil.
    const { lockouts } = await json(LockoutHistory, 'lockouts')
    const byAccount = Object.fromEntries(lockouts.map((one) => [one.accountId, one]))
    expect(Object.keys(byAccount).map(Number)).toEqual([LOCKED.byLoss, LOCKED.byTrades, LOCKED.bySession])
    expect(byAccount[LOCKED.byLoss]).toMatchObject({
      rule: 'RULE-003',
      scope: 'account',
      effect: 'flat',
      until: Date.parse('2026-11-18T17:00:00-06:00'),
      endedAt: null,
    })
    expect(byAccount[LOCKED.bySession]).toMatchObject({
      rule: 'RULE-009',
      scope: 'product:MCL',
      until: Date.parse('2026-11-19T08:30:00-06:00'),
      endedAt: null,
    })
    const lastEntry = fillsOf(exchange.ledger(), 'trader', LOCKED.byTrades).at(-1)?.at ?? 0
    expect(byAccount[LOCKED.byTrades]).toMatchObject({ rule: 'RULE-006', effect: 'reduce-only', endedAt: null })
    expect(byAccount[LOCKED.byTrades]?.until).toBeGreaterThanOrEqual(lastEntry + 60_000)
    expect(byAccount[LOCKED.byTrades]?.until).toBeLessThan(lastEntry + 60_000 + SOON_MS)

    // Breaches: those that a naive reader of the ledger finds, each when the ledger says so.
    const { breaches } = await json(BreachHistory, 'breaches')
    const found = breaches.map(({ accountId, rule }) => `${rule} ${accountId}`).toSorted()
    expect(found).toEqual(breachesOfPracticeDay(exchange, stage.accountIds).toSorted())
    const [firstClose] = fillsOf(exchange.ledger(), 'daemon', LOCKED.byLoss)
    const beforeIt = booksOf(exchange, LOCKED.byLoss, firstClose)
    const loss = breaches.find(({ rule }) => rule === 'RULE-003')
    expect(loss?.message).toContain(`realized P&L of ${inWords(beforeIt.net)}`)

    // Why, and the log: as many requests as the venue took from the daemon.
    const ours = exchange.ledger().filter((one) => one.kind === 'order' && one.author === 'daemon')
    const { explanations } = await json(Explanations, 'why', '--last', '100')
    const sent = explanations.flatMap(({ accountId, lines }) =>
      lines.filter((line) => line.startsWith('sent: ') && line.includes('accepted')).map(() => accountId),
    )
    expect(tally(sent)).toEqual(tally(ours.map(({ accountId }) => accountId)))
    const [because] = (await json(Explanations, 'why', loss?.id ?? 'none')).explanations
    expect(because?.lines.join('\n')).toContain(`realized P&L of ${inWords(beforeIt.net)}`)
    expect(because?.lines.join('\n')).toContain('until 2026-11-18 17:00 CST')
    const logged = await runCommand(['logs', '--data', stage.dataDirectory, '-n', '100000', '--json'])
    const lines = logged.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event?: string; accountId?: number; rule?: string })
    const ofEvent = (event: string) => lines.filter((line) => line.event === event)
    expect(tally(ofEvent('command-sent').map(({ accountId }) => accountId))).toEqual(tally(sent))
    expect(
      ofEvent('breach-begun')
        .map(({ rule, accountId }) => `${rule} ${accountId}`)
        .toSorted(),
    ).toEqual(found)

    expect((await daemon.stop()).code).toBe(0)
    expect(wrongWayFills(exchange.ledger())).toEqual([])
  },
  SCRIPT_MS + 120_000,
)

type Account = DaemonReport['accounts'][number]

/** The numbers of an account in a report, as plain dollars. */
function numbersOf({ id, pnl, positions }: Account) {
  const { net, gross, costs, unrealized, total, products } = pnl
  return {
    id,
    net: dollarsOf(net),
    gross: dollarsOf(gross),
    costs: dollarsOf(costs),
    open: dollarsOf(unrealized),
    total: dollarsOf(total),
    products: products
      .map((one) => ({ ...one, net: dollarsOf(one.net), gross: dollarsOf(one.gross), costs: dollarsOf(one.costs) }))
      .toSorted((a, b) => a.product.localeCompare(b.product)),
    positions: positions
      .map(({ contractId, signedSize, averagePrice, unrealized: open }) => ({
        contractId: String(contractId),
        signedSize,
        averagePrice,
        open: dollarsOf(open),
      }))
      .toSorted((a, b) => a.contractId.localeCompare(b.contractId)),
  }
}

/** The same of the ledger. */
function wordless(books: ReturnType<typeof booksOf> | undefined) {
  if (books === undefined) throw new RangeError('no such account')
  const { net, gross, costs, open, products, positions } = books
  return {
    net,
    gross,
    costs,
    open,
    total: Math.round((net + open) * 10_000) / 10_000,
    products: products.toSorted((a, b) => a.product.localeCompare(b.product)),
    positions: positions.toSorted((a, b) => a.contractId.localeCompare(b.contractId)),
  }
}

/** How often each account occurs. */
function tally(accountIds: readonly (number | undefined)[]): Readonly<Record<string, number>> {
  const byAccount = Object.groupBy(accountIds, (id) => String(id))
  return Object.fromEntries(Object.entries(byAccount).map(([id, all = []]) => [id, all.length]))
}

function dollarsOf(amount: Usd | null): number | null {
  return amount === null ? null : Number(usdToDecimalText(amount))
}

/** As a person writes dollars and cents. */
function inWords(amount: number): string {
  const text = Math.abs(amount).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return `${amount < 0 ? '-' : ''}$${text}`
}

/** A line of a table with these cells. */
function row(...cells: readonly string[]): RegExp {
  return new RegExp(`^${cells.map((cell) => RegExp.escape(cell)).join(' +')}`, 'm')
}

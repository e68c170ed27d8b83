import path from 'node:path'
import { AccountId, instant, TradingCalendar, type TradingDay, type Usd, usdOf } from '@rm/domain'
import { awaitCondition } from '../../rehearsal/await-condition.ts'
import { listedContracts } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedAccount } from '../../rehearsal/rehearsal-config.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import type { CheckContext } from '../../validator.ts'

/** What a little trading day left behind. */
export interface RehearsedDay {
  readonly databaseFile: string
  readonly day: TradingDay
  readonly accounts: readonly TradedAccount[]
  /** Whether a rule was broken on the way: where no limit of contracts is on, only the administrator's lockout was enforced. */
  readonly broken: boolean
}

/** An account as the exchange has it, before and after. */
interface TradedAccount {
  readonly id: AccountId
  readonly before: Usd
  readonly after: Usd
}

/** On the exchange's books; the daemon's own time for it is the matter of other checks. */
const STEP_MS = 15_000
const TRADED_MAX = 2
const MICROS_PER_MINI = 10
/** Eight ticks against the trader. */
const LOST_TICKS = -8

/**
 * Plays a trading day against the daemon: two accounts trade and lose a little, one buys more than it may, then everything is flattened and locked by an order of
 * the administrator. The daemon is stopped afterwards, so that its database can be looked at.
 */
export async function rehearseDay(context: CheckContext): Promise<RehearsedDay> {
  const rehearsal = await Rehearsal.set(context)
  const { venue, config } = rehearsal
  const daemon = await rehearsal.startDaemon()
  const traded = rehearsal.accounts.slice(0, TRADED_MAX)
  const before = await balancesOf(rehearsal, traded)
  const contractId = await tradedContract(rehearsal)
  const day = new TradingCalendar(config.reset, config.holidays).dayOf(instant(await venue.now()))
  for (const { id } of traded) await roundTrip(rehearsal, context, { id, contractId })
  const [first] = traded
  if (first === undefined) throw new Error('the configuration watches no account')
  const broken = await buyTooMuch(rehearsal, context, { account: first, contractId })
  await daemon.client.call('panic', { account: 'all', reason: 'the end of a rehearsed day' })
  await settled(rehearsal, context, { daemon, traded })
  await daemon.stop()
  const after = await balancesOf(rehearsal, traded)
  return {
    databaseFile: path.join(rehearsal.dataDirectory, 'state.db'),
    day,
    accounts: traded.map(({ id }, index) => ({
      id: AccountId.parse(id),
      before: amount(before[index]),
      after: amount(after[index]),
    })),
    broken,
  }
}

async function balancesOf({ venue }: Rehearsal, accounts: readonly RehearsedAccount[]): Promise<readonly number[]> {
  const found = await Promise.all(accounts.map(({ id }) => venue.account(id)))
  return found.map(({ account }) => account.balance ?? Number.NaN)
}

function amount(dollars: number | undefined): Usd {
  const exact = usdOf(dollars ?? Number.NaN)
  if (exact === null) throw new Error(`the simulated gateway tells a balance of ${dollars}`)
  return exact
}

async function tradedContract(rehearsal: Rehearsal): Promise<string> {
  const contracts = await listedContracts(rehearsal)
  const micro = contracts.find(({ root }) => root === 'MNQ')
  if (micro === undefined) throw new Error('the simulated gateway lists no MNQ')
  return micro.id
}

interface Deal {
  readonly id: number
  readonly contractId: string
}

/** Whoever closes the position, the trader or the daemon: in the end it is closed. */
async function roundTrip({ venue }: Rehearsal, { signal }: CheckContext, { id, contractId }: Deal): Promise<void> {
  const trades = (await venue.account(id)).trades
  const patience = { withinMs: STEP_MS, signal }
  await venue.place({ accountId: id, contractId, side: 'buy', size: 1 })
  await awaitCondition('the fill of an order', async () => (await venue.account(id)).trades > trades, patience)
  await venue.move(contractId, LOST_TICKS)
  if ((await venue.positions(id)).size > 0) await venue.close(id, contractId)
  await awaitCondition('a closed position', async () => (await venue.positions(id)).size === 0, patience)
}

async function buyTooMuch(
  { venue }: Rehearsal,
  { signal }: CheckContext,
  { account, contractId }: { readonly account: RehearsedAccount; readonly contractId: string },
): Promise<boolean> {
  const limit = account.configured.rules.max_contracts
  if (limit === undefined || limit.mode === 'shadow') return false
  const allowed = limit.limit * (limit.weighting === 'contracts' ? 1 : MICROS_PER_MINI)
  const { id } = account
  const daemons = async (): Promise<boolean> => {
    const ledger = await venue.ledger()
    return ledger.some((entry) => entry.kind === 'fill' && entry.accountId === id && entry.author === 'daemon')
  }
  await venue.place({ accountId: id, contractId, side: 'buy', size: allowed + 1 })
  await awaitCondition('a reduction by the daemon', daemons, { withinMs: STEP_MS, signal })
  return true
}

/** Until the exchange has nothing open and the daemon knows it, with every goal proved and the balance as the exchange has it. */
async function settled(
  { venue }: Rehearsal,
  { signal }: CheckContext,
  { daemon, traded }: { readonly daemon: RehearsedDaemon; readonly traded: readonly RehearsedAccount[] },
): Promise<void> {
  const isSettled = async (): Promise<boolean> => {
    const { accounts } = await daemon.client.call('report', {})
    if (accounts.some(({ goals, positions }) => goals.length + positions.length > 0)) return false
    for (const { id } of traded) {
      const { account, positions } = await venue.account(id)
      const known = accounts.find((one) => one.id === id)?.balance
      if (positions.length > 0 || known !== amount(account.balance ?? undefined)) return false
    }
    return true
  }
  await daemon.awaiting('a day that is settled', isSettled, { withinMs: STEP_MS, signal })
}

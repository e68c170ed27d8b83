import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { readSettings } from '@rm/config'
import {
  accountDayReport,
  type AccountDaysReport,
  ControlClient,
  type DaemonReport,
  DAYS_MAX,
  socketPath,
  tradedContract,
} from '@rm/control-api'
import { RmError, TradingCalendar } from '@rm/domain'
import type { StoppedHistory } from '@rm/state'
import { localTimeZone } from './system-clock.ts'
import { isPermission } from './who-may.ts'

/** Of which accounts and trading days somebody wants to know. */
export interface DaysWish {
  /** Id or name of an account; `null` for all. */
  readonly account: string | null
  /** The first and the last trading day. */
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
}

export interface Places {
  /** The folder of the daemon's sockets. */
  readonly control: string
  /** The database of a daemon that is stopped. */
  readonly database: string
}

/**
 * Asks the daemon if it runs, and reads the store of one that is stopped.
 *
 * Throws `RmError`: DAEMON_UNREACHABLE when there is neither, CALL_REFUSED, and those of the store.
 */
export async function daysOf(places: Places, wish: DaysWish): Promise<readonly AccountDaysReport[]> {
  await using daemon = new ControlClient(socketPath(places.control, 'trader'))
  let running: DaemonReport
  try {
    running = await daemon.call('report', {})
  } catch (error) {
    if (!isStopped(error) || !existsSync(places.database)) throw error
    return await storedDays(places.database, wish)
  }
  return await toldDays(daemon, running, wish)
}

function isStopped(error: unknown): boolean {
  return error instanceof RmError && error.code === 'DAEMON_UNREACHABLE' && !isPermission(error.cause)
}

/** The daemon answers so many calls a second of all traders together; others want some of them (control server, X-10). */
const BETWEEN_CALLS_MS = 100

async function toldDays(
  daemon: ControlClient,
  { accounts }: DaemonReport,
  { account, from, to }: DaysWish,
): Promise<readonly AccountDaysReport[]> {
  const reports: AccountDaysReport[] = []
  for (const { id } of chosen(accounts, account)) {
    for (let first = from; Temporal.PlainDate.compare(first, to) <= 0; first = first.add({ days: DAYS_MAX })) {
      const week = first.add({ days: DAYS_MAX - 1 })
      const last = Temporal.PlainDate.compare(week, to) < 0 ? week : to
      reports.push(await daemon.call('days', { account: id, from: first.toString(), to: last.toString() }))
      await setTimeout(BETWEEN_CALLS_MS)
    }
  }
  return reports
}

async function storedDays(file: string, wish: DaysWish): Promise<readonly AccountDaysReport[]> {
  // SQLite's native part costs the other commands a part of their start.
  const { accountDays, readStoppedHistory } = await import('@rm/state')
  return readStoppedHistory(file, ({ history, accounts }) =>
    chosen(accounts, wish.account).map((account) => {
      const calendar = calendarOf(account, accounts)
      const { days, contracts } = accountDays(history, account.id, calendar, [wish.from.toString(), wish.to.toString()])
      return {
        accountId: account.id,
        name: account.name,
        timeZone: localTimeZone(),
        days: days.map(accountDayReport),
        contracts: [...contracts.values()].map(tradedContract),
      }
    }),
  )
}

function chosen<Known extends { readonly id: number; readonly name: string }>(
  accounts: readonly Known[],
  wanted: string | null,
): readonly Known[] {
  const found = accounts.filter(({ id, name }) => wanted === null || name === wanted || String(id) === wanted)
  if (found.length > 0 || wanted === null) return found
  const known = accounts.map(({ id, name }) => `${name} (${id})`).join(', ')
  throw new RmError('CALL_REFUSED', `no account ${wanted} is known; there ${known === '' ? 'is none' : `is ${known}`}`)
}

type KnownAccount = StoppedHistory['accounts'][number]

/** The days that an account is held to; one that nothing holds any more gets those of another, because a day ended for all of them. */
function calendarOf(account: KnownAccount, accounts: readonly KnownAccount[]): TradingCalendar {
  for (const source of [account, ...accounts].flatMap(({ settings }) => settings)) {
    const read = readSettings(source)
    if (read !== null) return new TradingCalendar(read.settings.reset, read.settings.holidays)
  }
  throw new RmError('STORE_UNSAFE', 'the store does not say when a trading day of its accounts begins')
}

/** Where the database of a data folder is. */
export function databaseIn(data: string, name: string): string {
  return path.resolve(data, name)
}

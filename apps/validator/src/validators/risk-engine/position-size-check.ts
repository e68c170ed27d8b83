import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ConfiguredAccount } from '@rm/config'
import { formatUsd, usd } from '@rm/domain'
import { limitOfUnlisted, unitsAllowed, unitsPerContract } from '@rm/rules'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext, type NotApplicable } from '../../validator.ts'
import { advisedContracts, edgeOf, type Edge, KELLY_SHARE, type SizeCaps, TRIPS_MIN } from './kelly-fraction.ts'
import { type StoredHistory, storedRoundTrips } from './stored-round-trips.ts'

/** The size that the history of an account bears, beside the limits that hold. It is advice: nothing is enforced by it. */
export const positionSizeCheck: Check = {
  id: 'position-size',
  title: 'The limits of size fit what the trade history bears',
  from: 'standard',
  limitMs: 30_000,
  run: (context) => Promise.resolve(positionSize(context)),
}

function positionSize({ config, subject, scratch }: CheckContext): Answer | NotApplicable {
  const { dataDirectory } = subject
  if (dataDirectory === null) return { notApplicable: 'no data folder is given (--data), so there is no history' }
  if (!config.ok) return { notApplicable: 'the configuration is refused; the strategy validator says why' }
  const database = path.resolve(dataDirectory, config.general.database.path)
  if (!existsSync(database)) return { notApplicable: `there is no database ${path.basename(database)} yet` }
  const { histories, unreadable } = storedRoundTrips(database, scratch)
  if (unreadable.length > 0)
    return answer(
      `${unreadable.length} stored round trips make no sense, so no size is advised.`,
      unreadable.map((what) => ({ severity: 'error', place: 'position_cycle', what, remedy: DAMAGED })),
    )
  const longest = histories.reduce((most, { trips }) => Math.max(most, trips.length), 0)
  const enough = histories.filter(({ trips }) => trips.length >= TRIPS_MIN)
  if (enough.length === 0)
    return { notApplicable: `${longest} round trips of a product at most are stored; ${TRIPS_MIN} are needed` }
  const findings = enough.flatMap((history) => {
    const account = config.accounts.find(
      ({ id, name }) => id === history.accountId || id === history.accountName || name === history.accountName,
    )
    return account === undefined ? [] : adviceOn(history, account)
  })
  const count = enough.reduce((total, { trips }) => total + trips.length, 0)
  return answer(
    `${count} round trips of ${enough.length} accounts and products were looked at, a quarter of the Kelly fraction within the limits of the account is advised.`,
    findings,
  )
}

function adviceOn({ product, balance, trips }: StoredHistory, account: ConfiguredAccount): readonly Finding[] {
  const edge = edgeOf(trips)
  const capital = balance ?? account.plan?.startingBalance ?? null
  const place = `${product} of ${account.name}`
  const numbers = numbersOf(edge)
  if (edge.kelly <= 0) return [{ severity: 'warning', place, what: `the history loses: ${numbers}`, remedy: NO_EDGE }]
  if (edge.lossPerContract === 0)
    return [
      {
        severity: 'notice',
        place,
        what: `nothing was lost yet: ${numbers}`,
        remedy: 'Nothing: it says nothing of the size.',
      },
    ]
  if (capital === null || capital <= 0)
    return [
      {
        severity: 'notice',
        place,
        what: `the capital is not known: ${numbers}`,
        remedy: 'State `plan.starting_balance` in accounts.yaml.',
      },
    ]
  const caps = capsOf(product, capital, account)
  const advised = advisedContracts(edge, caps)
  const limit = caps.contracts === null ? 'nothing bounds it' : `${caps.contracts} are allowed`
  const what = `${advised} contracts are advised (${KELLY_SHARE} of the Kelly fraction of ${formatUsd(usd(capital))}), ${limit}: ${numbers}`
  return [{ severity: 'notice', place, what, remedy: remedyOf(advised, caps) }]
}

const DAMAGED = 'Stop the daemon, run "risk-manager audit verify", and restore the newest good backup.'
const NO_EDGE = 'Trade the smallest size or none until the history wins; no size makes up for it.'

function remedyOf(advised: number, { contracts }: SizeCaps): string {
  if (contracts !== null && advised >= contracts) return 'Nothing: the limits are tighter than the advice.'
  return 'Consider this number as the limit in max_contracts_per_instrument, unless the wider one is meant.'
}

function numbersOf({ trips, winRate, averageWin, averageLoss, kelly }: Edge): string {
  const [win, loss] = [usd(Math.round(averageWin)), usd(Math.round(averageLoss))]
  return `${trips} round trips, ${(winRate * 100).toFixed(0)} % won, ${formatUsd(win)} won and ${formatUsd(loss)} lost on average, Kelly fraction ${kelly.toFixed(2)}`
}

/** What the account may hold of a product at once, and lose in a day. */
function capsOf(
  product: string,
  capital: number,
  { rules: { max_contracts, max_contracts_per_instrument, daily_realized_loss } }: ConfiguredAccount,
): SizeCaps {
  const total =
    max_contracts === undefined
      ? []
      : [Math.floor(unitsAllowed(max_contracts) / unitsPerContract(max_contracts, product))]
  const own =
    max_contracts_per_instrument === undefined
      ? []
      : [max_contracts_per_instrument.instrument_limits[product] ?? limitOfUnlisted(max_contracts_per_instrument)]
  const bounds = [...total, ...own].filter((bound) => bound !== null)
  return {
    capital,
    contracts: bounds.length === 0 ? null : Math.min(...bounds),
    dailyLoss: daily_realized_loss === undefined ? null : -daily_realized_loss.limit,
  }
}

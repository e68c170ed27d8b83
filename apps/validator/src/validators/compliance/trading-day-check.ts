import { addUsd, formatUsd, subtractUsd } from '@rm/domain'
import { type DayReport, dayReportCsv, dayReportJson, dayReportOf, type TrailLinks } from '@rm/state'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { rehearseDay, type RehearsedDay } from './rehearsed-day.ts'
import { trailAnswer } from './trail-findings.ts'

/** Plays a little trading day on the simulator and looks at what the daemon has written of it. */
export const tradingDayCheck: Check = {
  id: 'trading-day',
  title: 'A day is recorded from trade to outcome, and its report adds up to the balance',
  from: 'quick',
  limitMs: 90_000,
  async run(context) {
    const played = await rehearseDay(context)
    const { links, records, findings } = trailAnswer(played.databaseFile, [])
    const reports = played.accounts.map((account) => ({
      account,
      report: dayReportOf(played.databaseFile, account.id, played.day),
    }))
    const trades = reports.reduce((sum, { report }) => sum + report.totals.trades, 0)
    const evidence = `${records} audit records, ${links?.breaches ?? 0} breaches, ${links?.goals ?? 0} goals and ${links?.commands ?? 0} requests were followed; ${trades} trades of ${reports.length} accounts add up.`
    return answer(evidence, [
      ...findings,
      ...unseen(links, played),
      ...reports.flatMap(({ account, report }) => [...sumFindings(report, account), ...repeatFindings(report, played)]),
    ])
  },
}

const BUILD_REMEDY = 'Do not deploy this build; report it with the database of the rehearsal.'

/** What was done has to be there at all. */
function unseen(links: TrailLinks | null, { broken }: RehearsedDay): readonly Finding[] {
  if (links === null) return []
  const due = [
    ['the lockout that the administrator ordered', links.lockouts],
    ['the goal to flatten', links.goals],
    ['the request to close', links.commands],
    ...(broken ? ([['the breach of the limit of contracts', links.breaches]] as const) : []),
  ] as const
  return due.flatMap(([what, count]): readonly Finding[] => {
    if (count > 0) return []
    return [{ severity: 'error', place: 'rehearsed day', what: `${what} was not recorded`, remedy: BUILD_REMEDY }]
  })
}

function sumFindings(report: DayReport, { id, before, after }: RehearsedDay['accounts'][number]): readonly Finding[] {
  const due = addUsd(before, report.totals.net)
  if (due === after) return []
  const apart = formatUsd(subtractUsd(after, due))
  const what = `${formatUsd(before)} and the report's net of ${formatUsd(report.totals.net)} make ${formatUsd(due)}; the gateway has ${formatUsd(after)}, ${apart} apart`
  const remedy = 'A trade is missing or counted twice in the store: do not deploy this build; report it.'
  return [{ severity: 'error', place: `account ${id}, ${report.day.label}`, what, remedy }]
}

/** Made twice it is the same, and the table for people says what the one for programs does. */
function repeatFindings(report: DayReport, { databaseFile, day }: RehearsedDay): readonly Finding[] {
  const again = dayReportOf(databaseFile, report.accountId, day)
  const isSame = dayReportJson(again) === dayReportJson(report) && dayReportCsv(again) === dayReportCsv(report)
  const rows = dayReportCsv(report).trimEnd().split('\r\n').slice(1)
  const isWhole = rows.length === report.trades.length + 1 && dayReportCsv(report).includes(`,${netText(report)},`)
  const place = `report of account ${report.accountId}, ${day.label}`
  return [
    ...(isSame ? [] : [{ severity: 'error', place, what: 'made twice, it differs', remedy: BUILD_REMEDY } as const]),
    ...(isWhole ? [] : [{ severity: 'error', place, what: 'CSV and JSON differ', remedy: BUILD_REMEDY } as const]),
  ]
}

function netText(report: DayReport): string {
  return /"net": "(?<net>[^"]+)"/.exec(dayReportJson(report))?.groups?.['net'] ?? ''
}

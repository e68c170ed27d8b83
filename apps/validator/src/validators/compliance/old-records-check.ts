import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { instant } from '@rm/domain'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { historyAccount, writeHistory } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { answer, type Check } from '../../validator.ts'

const DAY_MS = 86_400_000
const TRADES = 10
const BREACHES = 3

/** Puts records and a log file of the greatest age into a data folder, lets the daemon run on it, and looks what is left. */
export const oldRecordsCheck: Check = {
  id: 'old-records',
  title: 'The daemon removes nothing that has to be kept',
  from: 'standard',
  limitMs: 60_000,
  async run(context) {
    const { tradesDays, errorLogDays } = context.criteria.retention
    const rehearsal = await Rehearsal.set(context)
    const file = path.join(rehearsal.dataDirectory, 'state.db')
    const accountId = historyAccount(0)
    const start = instant(machineTime() - tradesDays * DAY_MS)
    {
      using store = await openAsDaemon(file)
      const until = instant(start + DAY_MS)
      writeHistory(store, { accounts: 1, days: 1, tradesADay: TRADES, breachesADay: BREACHES, until })
    }
    const log = oldLog(rehearsal.dataDirectory, errorLogDays)
    const daemon = await rehearsal.startDaemon()
    await daemon.stop()
    using store = await openAsDaemon(file)
    const trades = store.loadAccount(accountId, start).trades.length
    const own = <Ended extends { readonly what: { readonly accountId: number } }>(all: readonly Ended[]): number =>
      all.filter(({ what }) => what.accountId === accountId).length
    const kept = [
      ['trades', trades, TRADES],
      ['breaches', own(store.history.breaches(100)), BREACHES],
      ['lockouts', own(store.history.lockouts(100)), BREACHES],
    ] as const
    const evidence = `The daemon ran on ${kept.map(([what, , put]) => `${put} ${what}`).join(', ')} of ${tradesDays} days ago and an error log of ${errorLogDays - 1} days ago.`
    return answer(evidence, [
      ...kept.flatMap(([what, left, put]) => (left === put ? [] : [lostRecords(what, left, put, tradesDays)])),
      ...(existsSync(log) ? [] : [lostLog(errorLogDays)]),
    ])
  },
}

function oldLog(dataDirectory: string, days: number): string {
  const folder = path.join(dataDirectory, 'logs')
  mkdirSync(folder, { recursive: true })
  const at = Temporal.Instant.fromEpochMilliseconds(machineTime() - (days - 1) * DAY_MS)
  const file = path.join(folder, `error.log.${at.toString().replaceAll(':', '-')}`)
  writeFileSync(file, '{"level":"ERROR","msg":"an old error"}\n')
  utimesSync(file, at.epochMilliseconds / 1_000, at.epochMilliseconds / 1_000)
  return file
}

function lostRecords(what: string, left: number, put: number, days: number): Finding {
  const said = `${left} of ${put} that are ${days} days old are left after a run`
  return { severity: 'error', place: `stored ${what}`, what: said, remedy: 'Do not deploy this build; report it.' }
}

function lostLog(days: number): Finding {
  const what = `a log file of ${days - 1} days ago was removed`
  const remedy = `Set general.logging.retention_days to ${days} or more.`
  return { severity: 'error', place: 'error.log', what, remedy }
}

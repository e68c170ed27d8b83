import path from 'node:path'
import { instant } from '@rm/domain'
import { queryPlans, type QueryPlan } from '@rm/state'
import type { Finding } from '../../report/validation-report.ts'
import { breachTurn, historyAccount, writeHistory } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { copyDatabase } from '../../stored-data/operators-database.ts'
import { answer, type Check } from '../../validator.ts'

const DAY_MS = 86_400_000

/** Asks SQLite how it would go about every statement that the product reads with. */
export const indexUseCheck: Check = {
  id: 'index-use',
  title: 'No query walks a table that grows',
  from: 'quick',
  limitMs: 60_000,
  async run(context) {
    const { dataDirectory } = context.subject
    const file =
      dataDirectory === null
        ? path.join(context.scratch, 'fresh', 'state.db')
        : copyDatabase(dataDirectory, context).file
    const until = machineTime()
    const account = historyAccount(0)
    {
      using store = await openAsDaemon(file)
      writeHistory(store, { accounts: 1, days: 1, tradesADay: 4, breachesADay: 1, until })
      store.commit([breachTurn(account, 'asked', until)])
    }
    const day = { label: 'asked', start: instant(until - DAY_MS), end: instant(until + 1) }
    const plans = queryPlans(file, { accountId: account, day, originId: `b-${account}-asked` })
    const readings = new Set(plans.map(({ reading }) => reading)).size
    return answer(`Plans of ${plans.length} statements of ${readings} readings were looked at.`, plans.flatMap(walks))
  },
}

/** Rows are added to them with every trade, breach or request. The others have a row for each account, contract, setting or day. */
const GROWING = ['trade', 'position_cycle', 'lockout', 'breach', 'goal', 'command', 'audit', 'warning_mark'] as const

function walks({ reading, sql, steps }: QueryPlan): readonly Finding[] {
  return steps.flatMap((step): readonly Finding[] => {
    const table = GROWING.find(
      (one) => step === `SCAN ${one}` || step === `SEARCH ${one} USING PRIMARY KEY (account_id=?)`,
    )
    if (table === undefined) return []
    const walk = step.startsWith('SCAN') ? 'every row of it' : 'every row of the account'
    const what = `${reading} walks ${walk}: ${sql.replace(/\s+/g, ' ').slice(0, 100)}`
    const remedy =
      'Look which index is missing ("sound-file" names it); the newest good backup has all of them. New statements need an index of their own, by a migration.'
    return [{ severity: 'error', place: `table ${table}`, what, remedy }]
  })
}

import path from 'node:path'
import { readCopy } from '../../rehearsal/rehearsal.ts'
import { historyAccount, writeHistory } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { answer, type Check } from '../../validator.ts'
import { commitTime, readingTimes, SAMPLES } from './store-times.ts'

const DAYS = 250
const TRADES_A_DAY = 200
const BREACHES_A_DAY = 5
/** More accounts than that show nothing new and take longer to write. */
const ACCOUNTS_MAX = 3

/** Fills a store with a year of trading, then makes the readings of the product and the commit of a breach, a hundred times each. */
export const yearOfHistoryCheck: Check = {
  id: 'year-of-history',
  title: 'A year of history slows neither queries nor commits',
  from: 'standard',
  limitMs: 240_000,
  async run({ subject, criteria, scratch, tell }) {
    const until = machineTime()
    const { accounts: configured } = readCopy(subject.configDirectory, subject.environment)
    const count = Math.min(Math.max(configured.length, 1), ACCOUNTS_MAX)
    using store = await openAsDaemon(path.join(scratch, 'year', 'state.db'))
    const plan = { accounts: count, days: DAYS, tradesADay: TRADES_A_DAY, breachesADay: BREACHES_A_DAY, until }
    writeHistory(store, plan, (day) => {
      if (day % 10 === 0) store.checkpoint()
      if (day % 50 === 0) tell(`${day} of ${DAYS} days of history are written`)
    })
    const accounts = Array.from({ length: count }, (_, index) => historyAccount(index))
    const timed = { store, accounts, until, what: 'a year', bounds: criteria.performance }
    const evidence = `${SAMPLES} readings of each kind and ${SAMPLES} commits on ${count * DAYS * TRADES_A_DAY} trades of ${count} accounts.`
    return answer(evidence, [], [...readingTimes(timed), commitTime(timed)])
  },
}

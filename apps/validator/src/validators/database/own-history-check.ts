import { statSync } from 'node:fs'
import type { Finding } from '../../report/validation-report.ts'
import { historyAccount } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { copyDatabase } from '../../stored-data/operators-database.ts'
import { answer, type Check } from '../../validator.ts'
import { commitTime, readingTimes, SAMPLES } from './store-times.ts'

/** The same readings and commits on a copy of the operator's database. */
export const ownHistoryCheck: Check = {
  id: 'own-history',
  title: 'The history that is there slows neither queries nor commits',
  from: 'standard',
  limitMs: 120_000,
  async run(context) {
    const { dataDirectory } = context.subject
    if (dataDirectory === null) return { notApplicable: 'No data folder was named (--data), so there is no history.' }
    const { file, source } = copyDatabase(dataDirectory, context)
    using store = await openAsDaemon(file)
    const watched = store.accountsInForce()
    const accounts = watched.length === 0 ? [historyAccount(0)] : watched
    const timed = { store, accounts, until: machineTime(), what: 'own history', bounds: context.criteria.performance }
    const evidence = `${SAMPLES} readings of each kind and ${SAMPLES} commits on a copy of ${source}.`
    const measures = [...readingTimes(timed), commitTime({ ...timed, accounts: [historyAccount(0)] })]
    return answer(evidence, otherDisk(dataDirectory, context.scratch), measures)
  },
}

function otherDisk(dataDirectory: string, scratch: string): readonly Finding[] {
  if (statSync(dataDirectory).dev === statSync(scratch).dev) return []
  const what = `commits were measured in ${scratch}, and the data folder is on another disk`
  return [{ severity: 'notice', place: dataDirectory, what, remedy: 'Set TMPDIR to a folder on that disk.' }]
}

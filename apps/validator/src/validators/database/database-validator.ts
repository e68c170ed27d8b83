import type { Validator } from '../../validator.ts'
import { earlierVersionsCheck } from './earlier-versions-check.ts'
import { indexUseCheck } from './index-use-check.ts'
import { ownHistoryCheck } from './own-history-check.ts'
import { soundFileCheck } from './sound-file-check.ts'
import { yearOfHistoryCheck } from './year-of-history-check.ts'

/** Whether the store keeps what it was given, in this version and from earlier ones, and stays quick when it has grown. */
export const databaseValidator: Validator = {
  title: 'Database',
  runs: 'alone',
  checks: [soundFileCheck, earlierVersionsCheck, indexUseCheck, yearOfHistoryCheck, ownHistoryCheck],
}

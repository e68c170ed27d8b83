import path from 'node:path'
import { Rehearsal } from '../rehearsal/rehearsal.ts'
import type { CheckContext } from '../validator.ts'
import { copyDatabase, type DatabaseCopy } from './operators-database.ts'

/** The operator's database, or, without a data folder, the one that the daemon makes and leaves behind in a rehearsal. */
export async function subjectDatabase(context: CheckContext): Promise<DatabaseCopy> {
  const { dataDirectory } = context.subject
  if (dataDirectory !== null) return copyDatabase(dataDirectory, context)
  const rehearsal = await Rehearsal.set(context)
  const daemon = await rehearsal.startDaemon()
  await daemon.stop()
  const file = path.join(rehearsal.dataDirectory, 'state.db')
  return { file, source: 'the database of a rehearsed daemon' }
}

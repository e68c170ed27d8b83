import { formatInstant, type Instant } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { EmergencyJournal, type FoundJournal, type JournalEntry } from './emergency-journal.ts'
import { TAKEN_OVER } from './safe-writer.ts'
import type { StoreConnection } from './store-connection.ts'
import { writeOf } from './store-write.ts'

/**
 * Writes what an earlier run kept aside into the database, each line once: the trail says up to which hash that was done already (reliability
 * D-07). A journal with anything in it that cannot be used is kept as evidence.
 *
 * @returns the journal, empty, and one sentence for a human for what was found
 */
export function takeOverJournal(
  connection: StoreConnection,
  epoch: number,
  { file, found }: { readonly file: string; readonly found: FoundJournal },
  at: Instant,
): { readonly journal: EmergencyJournal; readonly told: readonly string[] } {
  const journal = new EmergencyJournal(file, epoch, found)
  const due = entriesDue(connection.database, found.entries)
  const told: string[] = []
  let misfits: readonly string[] = []
  if (due.length > 0) {
    const detail = { writes: due.length, reason: 'start' }
    const entry = { actor: 'daemon' as const, action: TAKEN_OVER, subject: journal.hash, detail }
    misfits = connection.writeWhatFits(
      due.map(({ write }) => write),
      { ...writeOf([], at), audit: [entry] },
    )
    told.push(`${due.length} writes that an earlier run kept in ${file} were taken over`)
  }
  if (found.isTorn) told.push(`the last line of ${file} is not whole; the file was kept`)
  for (const misfit of misfits) told.push(`a write in ${file} does not fit the database: ${misfit}; the file was kept`)
  if (found.isTorn || misfits.length > 0) journal.setAside(formatInstant(at).replaceAll(':', '-'))
  else journal.clear()
  return { journal, told }
}

/** Those behind the last one that the database has; all, when it has none of them. */
function entriesDue(database: Database, entries: readonly JournalEntry[]): readonly JournalEntry[] {
  if (entries.length === 0) return []
  const newest = database.prepare<[string], string>(
    'SELECT subject FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1',
  )
  const mark = newest.pluck().get(TAKEN_OVER)
  return entries.slice(entries.findIndex(({ hash }) => hash === mark) + 1)
}

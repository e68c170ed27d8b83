import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { RmError } from '@rm/domain'
import { listBackups, verifyBackup } from '@rm/state'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { databaseFile, isHeld } from '../../stored-data/operators-database.ts'
import { machineTime } from '../../stored-data/new-store.ts'
import { type Answer, answer, type Check } from '../../validator.ts'

const MINUTE_MS = 60_000
const MAKE_ONE =
  'Look for "copy-failed" in the log and at the room on the disk; "risk-manager backup create" makes one of a store that is stopped.'

/** Reads the newest backup of the operator's data folder whole, and compares its age with what may be lost. */
export const newestBackupCheck: Check = {
  id: 'newest-backup',
  title: 'The newest backup is good and young enough',
  from: 'quick',
  limitMs: 120_000,
  async run(context) {
    const { dataDirectory } = context.subject
    if (dataDirectory === null) return { notApplicable: 'No data folder was named (--data), so there are no backups.' }
    const file = databaseFile(dataDirectory, context)
    const folder = path.join(path.dirname(file), 'backups')
    const backups = listBackups(path.dirname(file))
    const [newest] = backups
    if (newest === undefined) return noBackup(folder)
    const findings: Finding[] = []
    try {
      await verifyBackup(newest)
    } catch (error) {
      if (!(error instanceof RmError)) throw error
      const remedy = `Remove it, and make another; "risk-manager backup verify" tells which of the ${backups.length} are good.`
      findings.push({ severity: 'error', place: newest.file, what: error.message, remedy })
    }
    const { what, toMs } = changedLast(file)
    const ageMs = Math.max(0, toMs - newest.manifest.at)
    const measure: Measure = {
      name: 'age of the newest backup',
      value: ageMs / MINUTE_MS,
      unit: 'minutes',
      bound: { kind: 'at most', value: context.criteria.reliability.backupAgeMs / MINUTE_MS },
      remedy: MAKE_ONE,
      series: [],
    }
    const evidence = `${path.basename(newest.file)} of ${backups.length} was read whole, its age taken from ${what}.`
    return answer(evidence, findings, [measure])
  },
}

function noBackup(folder: string): Answer {
  const finding: Finding = { severity: 'error', place: folder, what: 'holds no complete backup', remedy: MAKE_ONE }
  return answer(`${folder} was looked at.`, [finding])
}

/** A daemon that runs makes them by the clock; what is stopped does not change any more. */
function changedLast(file: string): { readonly what: string; readonly toMs: number } {
  if (!existsSync(file) || isHeld(file)) return { what: 'now, since a daemon runs', toMs: machineTime() }
  const log = `${file}-wal`
  const newest = Math.max(statSync(file).mtimeMs, existsSync(log) ? statSync(log).mtimeMs : 0)
  return { what: 'the last change of the database', toMs: newest }
}

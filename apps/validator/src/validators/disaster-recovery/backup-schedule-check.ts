import { readCopy } from '../../rehearsal/rehearsal.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'

const MINUTE_MS = 60_000

/** Compares the interval of backups with what may be lost, and says what stays on this machine. */
export const backupScheduleCheck: Check = {
  id: 'backup-schedule',
  title: 'Backups are made often enough',
  from: 'quick',
  limitMs: 5_000,
  async run({ subject, criteria: { reliability } }) {
    const { general } = readCopy(subject.configDirectory, subject.environment)
    const { backupIntervalMs, secondFolder, carryCopies } = general.database
    const findings: Finding[] = []
    const allowed = reliability.backupAgeMs / MINUTE_MS
    if (backupIntervalMs > reliability.backupAgeMs) {
      const what = `a backup every ${backupIntervalMs / MINUTE_MS} minutes; the newest may be ${allowed} minutes old`
      const remedy = `Set it to ${allowed} or less.`
      findings.push({ severity: 'error', place: 'general.database.backup_interval_minutes', what, remedy })
    }
    if (secondFolder === null && carryCopies.length === 0) {
      const what = 'lock snapshots and backups lie on the disk of the database, and are lost with it'
      const remedy = 'Name a folder on another disk, or a program that carries copies away (carry_copies).'
      findings.push({ severity: 'notice', place: 'general.database.second_folder', what, remedy })
    }
    const evidence = `A backup is made every ${backupIntervalMs / MINUTE_MS} minutes; ${allowed} are allowed.`
    return answer(evidence, findings)
  },
}

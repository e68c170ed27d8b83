import type { Validator } from '../../validator.ts'
import { backupRestoresCheck } from './backup-restores-check.ts'
import { backupScheduleCheck } from './backup-schedule-check.ts'
import { lateKillCheck, lostDatabaseCheck } from './lost-database-check.ts'
import { newestBackupCheck } from './newest-backup-check.ts'

/** Whether what was decided survives the loss of the process, of the database and of the disk. */
export const disasterRecoveryValidator: Validator = {
  title: 'Disaster recovery',
  runs: 'beside others',
  checks: [backupScheduleCheck, backupRestoresCheck, newestBackupCheck, lostDatabaseCheck, lateKillCheck],
}

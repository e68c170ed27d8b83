import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { instant } from '@rm/domain'
import { backUpStopped, type Backup } from '@rm/state'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { machineTime } from '../src/stored-data/new-store.ts'
import { backupRestoresCheck } from '../src/validators/disaster-recovery/backup-restores-check.ts'
import { backupScheduleCheck } from '../src/validators/disaster-recovery/backup-schedule-check.ts'
import { newestBackupCheck } from '../src/validators/disaster-recovery/newest-backup-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'
import { configWith, DATABASE, storedDays } from './stored-days.ts'

const MINUTE_MS = 60_000

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-recovery-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** A data folder whose newest backup is so old. */
async function backedUp(name: string, minutesAgo: number): Promise<{ readonly data: string; readonly backup: Backup }> {
  const data = await storedDays(path.join(folder, name))
  const at = instant(machineTime() - minutesAgo * MINUTE_MS)
  return { data, backup: await backUpStopped(path.join(data, DATABASE), at) }
}

test('backups of this build restore, and the shipped settings make enough of them', async () => {
  expect(await askCheck(backupRestoresCheck, runContext(), folder)).toMatchObject({ verdict: 'passed', findings: [] })
  expect(await askCheck(backupScheduleCheck, runContext(), folder)).toMatchObject({ verdict: 'passed' })
})

test('a young and good backup passes, and without a data folder there is none', async () => {
  const { data: dataDirectory } = await backedUp('young', 1)
  const result = await askCheck(newestBackupCheck, runContext({ dataDirectory }), folder)
  expect(result).toMatchObject({ verdict: 'passed', findings: [] })
  expect(await askCheck(newestBackupCheck, runContext(), folder)).toMatchObject({ verdict: 'not applicable' })
})

describe('planted: backups that would not help', () => {
  test('a stale one', async () => {
    const { data: dataDirectory } = await backedUp('stale', 45)
    const errors = errorsOf(await askCheck(newestBackupCheck, runContext({ dataDirectory }), folder))
    expect(errors).toEqual([expect.stringMatching(/^age of the newest backup: 45(\.\d+)? minutes; allowed at most 15/)])
  })

  test('one with a flipped bit', async () => {
    const { data: dataDirectory, backup } = await backedUp('flipped', 1)
    const bytes = readFileSync(backup.file)
    bytes.writeUInt8(bytes.readUInt8(5_000) ^ 4, 5_000)
    writeFileSync(backup.file, bytes)
    const result = await askCheck(newestBackupCheck, runContext({ dataDirectory }), folder)
    expect(errorsOf(result)).toEqual([expect.stringContaining('is not as it was written: its hash differs')])
    expect(result.findings[0]).toMatchObject({ place: backup.file, remedy: expect.stringContaining('backup verify') })
  })

  test('none at all, because its manifest is missing', async () => {
    const { data: dataDirectory, backup } = await backedUp('half', 1)
    rmSync(`${backup.file}.json`)
    const errors = errorsOf(await askCheck(newestBackupCheck, runContext({ dataDirectory }), folder))
    expect(errors).toEqual([`${path.dirname(backup.file)}: holds no complete backup`])
  })

  test('too few of them', async () => {
    const configDirectory = configWith(path.join(folder, 'seldom'), '  database: { backup_interval_minutes: 60 }')
    const result = await askCheck(backupScheduleCheck, runContext({ configDirectory }), folder)
    expect(errorsOf(result)).toEqual([
      'general.database.backup_interval_minutes: a backup every 60 minutes; the newest may be 15 minutes old',
    ])
    expect(result.findings[0]?.remedy).toBe('Set it to 15 or less.')
  })
})

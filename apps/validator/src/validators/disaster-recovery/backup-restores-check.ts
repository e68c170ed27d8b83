import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { instant, type Lockout, RmError } from '@rm/domain'
import { backUpStopped, type Backup, listBackups, restoreBackup } from '@rm/state'
import type { Finding } from '../../report/validation-report.ts'
import { breachTurn, historyAccount, writeHistory } from '../../stored-data/history-of-days.ts'
import { machineTime, openAsDaemon } from '../../stored-data/new-store.ts'
import { answer, type Check } from '../../validator.ts'

const REMEDY = 'Do not deploy this build; report it.'
const ACCOUNT = historyAccount(0)
/** So long a lockout of the check stands. */
const LOCKED_MS = 3_600_000

/** Makes a backup, restores it to an empty folder, and tries what must be refused: a damaged one, and an old one that would unlock. */
export const backupRestoresCheck: Check = {
  id: 'backup-restores',
  title: 'A backup restores; a damaged one is refused, and an old one unlocks nobody',
  from: 'quick',
  limitMs: 60_000,
  async run({ scratch }) {
    const file = path.join(scratch, 'data', 'state.db')
    const head = await fill(file)
    const backup = await backUpStopped(file, machineTime())
    const findings = [
      ...(await intoEmptyFolder(path.join(scratch, 'empty', 'state.db'), backup, head)),
      ...(await oldOne(file, backup)),
      ...(await halfWritten(scratch, backup)),
      ...(await damagedOne(path.join(scratch, 'damaged'), backup)),
    ]
    const bytes = `${Math.round(backup.manifest.bytes / 1024)} KiB`
    return answer(
      `A backup of ${bytes} with ${head.seq} audit records was restored to an empty folder and over a newer database; a damaged and a half-written one were tried.`,
      findings,
    )
  },
}

interface Head {
  readonly seq: number
  readonly hash: string
}

async function fill(file: string): Promise<Head> {
  using store = await openAsDaemon(file)
  writeHistory(store, { accounts: 2, days: 5, tradesADay: 20, breachesADay: 2, until: machineTime() })
  store.commit([lockingTurn('before')])
  return store.auditHead
}

/** A breach whose lockout stands. */
function lockingTurn(key: string): ReturnType<typeof breachTurn> {
  const turn = breachTurn(ACCOUNT, key, machineTime())
  const lockouts = turn.lockouts.map(
    (lockout): Lockout => ({ ...lockout, end: { kind: 'at', at: instant(machineTime() + LOCKED_MS) } }),
  )
  return { ...turn, lockouts, endedLockouts: [], audit: turn.audit.filter(({ action }) => action !== 'lockout-ended') }
}

async function intoEmptyFolder(file: string, backup: Backup, head: Head): Promise<readonly Finding[]> {
  mkdirSync(path.dirname(file))
  await restoreBackup(file, backup, machineTime())
  using store = await openAsDaemon(file)
  const found = store.auditHead
  const isSame = found.seq === head.seq && found.hash === head.hash && store.verifyAudit().ok
  const locked = lockoutsOf(store)
  return [
    ...(isSame ? [] : [fault('restore into an empty folder', 'the audit trail is not the one that was backed up')]),
    ...(locked.length === 1 ? [] : [fault('restore into an empty folder', `${locked.length} of 1 lockouts stand`)]),
    ...store.recovery.map((sentence) => fault('restore into an empty folder', sentence)),
  ]
}

/** What was locked after the backup stays locked when somebody puts the backup back. */
async function oldOne(file: string, backup: Backup): Promise<readonly Finding[]> {
  {
    using store = await openAsDaemon(file)
    store.commit([lockingTurn('after')])
  }
  await restoreBackup(file, backup, machineTime())
  using store = await openAsDaemon(file)
  const locked = lockoutsOf(store)
  const isTold = store.recovery.length > 0
  return [
    ...(locked.length === 2 ? [] : [fault('restore of an old backup', `${locked.length} of 2 lockouts stand`)]),
    ...(isTold ? [] : [fault('restore of an old backup', 'nobody is told that the database was an older one')]),
  ]
}

async function damagedOne(folder: string, backup: Backup): Promise<readonly Finding[]> {
  mkdirSync(folder)
  const copy = path.join(folder, path.basename(backup.file))
  const bytes = readFileSync(backup.file)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
  writeFileSync(copy, bytes)
  try {
    await restoreBackup(path.join(folder, 'state.db'), { ...backup, file: copy }, machineTime())
    return [fault('restore of a damaged backup', 'a backup with one flipped bit was restored')]
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_CORRUPT') return []
    throw error
  }
}

/** One without its manifest was never finished. */
function halfWritten(scratch: string, backup: Backup): Promise<readonly Finding[]> {
  const folder = path.join(scratch, 'half', 'backups')
  mkdirSync(folder, { recursive: true })
  copyFileSync(backup.file, path.join(folder, path.basename(backup.file)))
  const listed = listBackups(path.join(scratch, 'half')).length
  return Promise.resolve(listed === 0 ? [] : [fault('half-written backup', 'it counts as a backup')])
}

function lockoutsOf(store: Awaited<ReturnType<typeof openAsDaemon>>): readonly Lockout[] {
  return store.loadAccount(ACCOUNT, machineTime()).lockouts
}

function fault(place: string, what: string): Finding {
  return { severity: 'error', place, what, remedy: REMEDY }
}

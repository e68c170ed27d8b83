import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatInstant, type Instant, instant } from '@rm/domain'
import { z } from 'zod'

/** How many backups are kept: the newest, then the newest of each hour and of each day. */
export interface BackupsKept {
  readonly recent: number
  readonly hourly: number
  readonly daily: number
}

const ManifestJson = z.object({
  format: z.literal(1),
  at: z.int(),
  epoch: z.int(),
  schema: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  head: z.object({ seq: z.int(), hash: z.string() }),
})

/** What a backup is, and the hash by which rot in it shows (reliability D-21). */
export type BackupManifest = z.output<typeof ManifestJson>

export interface Backup {
  readonly file: string
  readonly manifest: BackupManifest
}

export function backupFolder(dataFolder: string): string {
  return join(dataFolder, 'backups')
}

/** `state-2026-11-26T20-45-12Z.db`: sorts by its time, and is a name on every system. */
export function backupName(at: Instant): string {
  return `state-${formatInstant(at).slice(0, 19).replaceAll(':', '-')}Z.db`
}

export function manifestFile(file: string): string {
  return `${file}.json`
}

export function manifestText(manifest: BackupManifest): string {
  return `${JSON.stringify(manifest)}\n`
}

/** Complete backups, newest first. One without its manifest was not finished and is none (reliability D-19). */
export function listBackups(dataFolder: string): readonly Backup[] {
  const folder = backupFolder(dataFolder)
  if (!existsSync(folder)) return []
  const backups: Backup[] = []
  for (const name of readdirSync(folder).filter((one) => /^state-.*Z\.db$/.test(one))) {
    const file = join(folder, name)
    const manifest = readManifest(file)
    if (manifest !== null) backups.push({ file, manifest })
  }
  return backups.toSorted((a, b) => b.manifest.at - a.manifest.at)
}

export async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer)
  return digest.digest('hex')
}

/** Those that no rule keeps: newest first in, any order out. */
export function surplusBackups(backups: readonly Backup[], kept: BackupsKept): readonly Backup[] {
  const keep = new Set(backups.slice(0, kept.recent))
  for (const [ms, count] of [
    [3_600_000, kept.hourly],
    [86_400_000, kept.daily],
  ] as const) {
    const newestOf = new Map<number, Backup>()
    for (const backup of backups) {
      const period = Math.floor(backup.manifest.at / ms)
      if (!newestOf.has(period)) newestOf.set(period, backup)
    }
    for (const backup of [...newestOf.values()].slice(0, count)) keep.add(backup)
  }
  return backups.filter((backup) => !keep.has(backup))
}

export async function removeBackup({ file }: Backup): Promise<void> {
  await rm(manifestFile(file), { force: true })
  await rm(file, { force: true })
}

export function takenAt({ manifest }: Backup): Instant {
  return instant(manifest.at)
}

function readManifest(file: string): BackupManifest | null {
  try {
    return ManifestJson.parse(JSON.parse(readFileSync(manifestFile(file), 'utf8')))
  } catch {
    return null
  }
}

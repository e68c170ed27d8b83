import path from 'node:path'
import { formatInstant, instant, RmError } from '@rm/domain'
import { EXIT_CODES, exitCodeOf } from '@rm/runtime-pack'
import type { Backup } from '@rm/state'
import { Argument, Command } from 'commander'
import { wallNow } from './system-clock.ts'
import { type Need, onlyWhoMay } from './who-may.ts'

const EXAMPLES = `
Examples:
  $ risk-manager backup create --data /var/lib/risk-manager
  $ risk-manager backup list --data /var/lib/risk-manager
  $ risk-manager backup verify --json
  $ risk-manager backup restore newest
  $ risk-manager backup restore state-2026-11-26T20-45-12Z.db

The daemon makes a backup every few minutes, and nobody else can while it runs:
create is for a store that is stopped. To restore one stop the daemon first:
what it held locked stays locked, whatever the backup says.

Exit codes:
  0 done   1 a backup is damaged, or the store is in use   3 none of that name
  5 you may not open the data folder   64 usage
`

/** `risk-manager backup`: what the daemon has kept, whether it is good, and how it is put back. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Makes, lists, verifies and restores backups of the store.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(verifyCommand())
    .addCommand(restoreCommand())
}

interface DataOptions {
  readonly data: string
  readonly database: string
  readonly json?: true
}

function createCommand(): Command {
  return dataCommand(
    'create',
    'Makes a backup. The daemon must be stopped; while it runs it makes them itself.',
    'change',
  ).action(async ({ data, database, json }: DataOptions) => {
    const { backUpStopped } = await import('@rm/state')
    try {
      const backup = await backUpStopped(path.resolve(data, database), wallNow())
      tell(json === true ? `${JSON.stringify(rowOf(backup))}\n` : `${backup.file} was made.\n`)
    } catch (error) {
      if (!(error instanceof RmError)) throw error
      const isRunning = error.code === 'STORE_LOCKED'
      const remedy = isRunning
        ? 'It makes a backup every few minutes; "risk-manager backup list" lists them.'
        : error.remedy
      process.stderr.write(`${error.message}\n  ${remedy}\n`)
      process.exitCode = exitCodeOf(error.failure)
    }
  })
}

function listCommand(): Command {
  return dataCommand('list', 'Lists the backups, newest first.', 'read').action(
    async ({ data, database, json }: DataOptions) => {
      const { listBackups } = await import('@rm/state')
      const backups = listBackups(path.dirname(path.resolve(data, database)))
      const rows = backups.map(rowOf)
      if (json === true) return tell(`${JSON.stringify(rows)}\n`)
      if (rows.length === 0) return tell(`There is no backup below ${data}.\n`)
      tell(rows.map(({ name, bytes, auditSeq }) => `${name}  ${mebibytes(bytes)}  audit ${auditSeq}\n`).join(''))
    },
  )
}

function verifyCommand(): Command {
  return dataCommand('verify', 'Reads every backup whole and says which can be restored.', 'read').action(
    async ({ data, database, json }: DataOptions) => {
      const { listBackups, verifyBackup } = await import('@rm/state')
      const rows = []
      for (const backup of listBackups(path.dirname(path.resolve(data, database)))) {
        const fault = await verifyBackup(backup).then(() => null, reasonOf)
        rows.push({ ...rowOf(backup), fault })
      }
      if (rows.some(({ fault }) => fault !== null)) process.exitCode = EXIT_CODES.exception
      if (json === true) return tell(`${JSON.stringify(rows)}\n`)
      if (rows.length === 0) return tell(`There is no backup below ${data}.\n`)
      tell(rows.map(({ name, fault }) => `${name}  ${fault === null ? 'good' : `DAMAGED\n  ${fault}`}\n`).join(''))
    },
  )
}

function restoreCommand(): Command {
  return dataCommand('restore', 'Puts a backup in the place of the database. The daemon must be stopped.', 'change')
    .addArgument(new Argument('<name>', 'the name of a backup, or newest'))
    .action(async (name: string, { data, database, json }: DataOptions) => {
      const { listBackups, restoreBackup } = await import('@rm/state')
      const backups = listBackups(path.dirname(path.resolve(data, database)))
      const chosen = name === 'newest' ? backups[0] : backups.find(({ file }) => path.basename(file) === name)
      if (chosen === undefined) {
        process.stderr.write(`There is no backup ${name} below ${data}; "risk-manager backup list" lists them.\n`)
        process.exitCode = EXIT_CODES.configuration
        return
      }
      const file = path.resolve(data, database)
      try {
        const asideIn = await restoreBackup(file, chosen, wallNow())
        if (json === true) return tell(`${JSON.stringify({ ...rowOf(chosen), database: file, setAside: asideIn })}\n`)
        tell(`${rowOf(chosen).name} was restored to ${file}.\n`)
        if (asideIn !== null) tell(`The former database stands in ${asideIn}.\n`)
        tell('Start the daemon: it reads the gateway and keeps every lockout.\n')
      } catch (error) {
        if (!(error instanceof RmError)) throw error
        process.stderr.write(`${error.message}\n  ${error.remedy}\n`)
        process.exitCode = exitCodeOf(error.failure)
      }
    })
}

function dataCommand(name: string, description: string, deed: Need['to']): Command {
  const command = new Command(name)
    .description(description)
    .option('--data <dir>', 'the data folder of the daemon', 'data')
    .option('--database <file>', 'general.database.path, relative to the data folder', 'state.db')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  return onlyWhoMay(command, ({ data }: DataOptions) => [{ place: data, to: deed }])
}

function rowOf({ file, manifest: { at, bytes, head, schema } }: Backup) {
  return { name: path.basename(file), at: formatInstant(instant(at)), bytes, schema, auditSeq: head.seq }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`.padStart(10)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function tell(text: string): void {
  process.stdout.write(text)
}

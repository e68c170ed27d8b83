import { lstatSync, readdirSync, type Stats } from 'node:fs'
import path from 'node:path'
import { type FileExposure, fileExposure } from '@rm/runtime-pack'
import type { Finding } from '../../report/validation-report.ts'

/** Folders and files that were looked at, and what is wrong with their rights. */
export interface RightsLookedAt {
  readonly count: number
  readonly findings: readonly Finding[]
}

/** Files whose content is for the user of the daemon alone. */
const SECRET_FILES: ReadonlySet<string> = new Set(['.env', 'credentials.enc'])
const OF_OTHERS = 0o077
const ANYBODY_MAY_WRITE = 0o002

/**
 * The rights of a configuration folder: what others could change is no limit, and what others could read is no secret.
 *
 * @param isAtStake - whether there is more to lose than a practice day
 */
export async function configRights(folder: string, isAtStake: boolean): Promise<RightsLookedAt> {
  const files = [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
  ]
  const exposures = await Promise.all(files.map((file) => fileExposure(file, process.getuid?.() ?? 0)))
  const secrets = files.filter((file) => SECRET_FILES.has(path.basename(file)))
  return {
    count: files.length,
    findings: [
      ...files.flatMap((file, index) => {
        const exposure = exposures[index] ?? null
        return exposure === null ? [] : [changeable(file, exposure, isAtStake)]
      }),
      ...secrets.flatMap(readable),
    ],
  }
}

function changeable(file: string, { to, sentence }: FileExposure, isAtStake: boolean): Finding {
  const severity = to === 'everybody' ? 'error' : isAtStake ? 'warning' : 'notice'
  const remedy =
    to === 'its owner' ? `Give it to the user of the daemon: chown, then chmod go-w ${file}.` : `chmod go-w ${file}`
  return { severity, place: file, what: `${sentence}: a limit that the trader can edit is no limit`, remedy }
}

function readable(file: string): readonly Finding[] {
  const mode = lstatSync(file).mode & OF_OTHERS
  if (mode === 0) return []
  const what = `others can read or change it (mode ${octal(lstatSync(file))}), and it holds the key of the account`
  return [
    {
      severity: 'error',
      place: file,
      what,
      remedy: `chmod 600 ${file}, and renew the key if others were on the machine.`,
    },
  ]
}

/** Sockets, by the mode that makes the role (decision 0043). */
const SOCKETS: Readonly<Record<string, number>> = { 'admin.sock': 0o600, 'trader.sock': 0o666 }

/**
 * The rights of a data folder with its database, logs, backups and sockets. Where nobody else may enter the folder, nothing below it is exposed
 * but by the folder of the sockets.
 */
export function dataRights(folder: string): RightsLookedAt {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const top = lstatSync(folder)
  const findings: Finding[] = [...exposedFolder(folder, top)]
  for (const name of names) {
    const file = path.join(folder, name)
    const found = lstatSync(file, { throwIfNoEntry: false })
    if (found === undefined) continue // a file of the moment
    const wanted = SOCKETS[path.basename(name)]
    if (found.isSocket()) findings.push(...socketFindings(file, found, wanted ?? 0o600))
    else if (!found.isDirectory() && (top.mode & OF_OTHERS) !== 0 && (found.mode & OF_OTHERS) !== 0)
      findings.push({
        severity: 'error',
        place: file,
        what: `others can read or change it (mode ${octal(found)})`,
        remedy: `chmod 600 ${file}, and start the daemon with a umask of 077.`,
      })
    else if (!found.isDirectory() && (found.mode & ANYBODY_MAY_WRITE) !== 0)
      findings.push({
        severity: 'error',
        place: file,
        what: `everybody may write it (mode ${octal(found)})`,
        remedy: `chmod 600 ${file}`,
      })
  }
  return { count: names.length + 1, findings }
}

function exposedFolder(folder: string, found: Stats): readonly Finding[] {
  if ((found.mode & OF_OTHERS) === 0) return []
  const what = `others can enter or write it (mode ${octal(found)}): locks and the audit trail are kept there`
  return [{ severity: 'error', place: folder, what, remedy: `chmod 700 ${folder}` }]
}

/** More than the role's own rights give the role away; fewer keep its people out, which is theirs to notice. */
function socketFindings(file: string, found: Stats, wanted: number): readonly Finding[] {
  if ((found.mode & 0o777 & ~wanted) === 0) return []
  const what = `its mode is ${octal(found)}, and its role is worth ${wanted.toString(8)}: whoever opens it has that role`
  return [{ severity: 'error', place: file, what, remedy: `chmod ${wanted.toString(8)} ${file}` }]
}

function octal({ mode }: Stats): string {
  return (mode & 0o777).toString(8)
}

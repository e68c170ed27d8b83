import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { Command } from 'commander'

/** What a command does with a file, a folder or a socket. */
export interface Need {
  readonly place: string
  readonly to: 'read' | 'change'
}

/**
 * Refuses a command before it does anything when its user may not do what it needs. Who may is named, with the same command as that user. What
 * is not there is for the command itself to tell.
 */
export function onlyWhoMay<Options extends object>(
  command: Command,
  needsOf: (options: Options) => readonly Need[],
): Command {
  return command.hook('preAction', (_listening, acting) => {
    for (const need of needsOf(acting.opts<Options>())) {
      const refusal = refusalOf(need)
      if (refusal !== null) acting.error(refusal, { exitCode: EXIT_CODES.environment, code: 'not-permitted' })
    }
  })
}

/** Why this user may not, and who may; `null`: he may, or there is nothing. */
function refusalOf({ place, to }: Need): string | null {
  try {
    accessSync(place, to === 'read' ? constants.R_OK : constants.W_OK)
    return null
  } catch (error) {
    return isPermission(error) ? elevationText({ place, to }) : null
  }
}

/** What to say to whom the system has refused already. */
export function elevationText({ place, to }: Need): string {
  const deed = to === 'read' ? 'read' : 'change'
  // Windows tells no owner by a number, and no other way to be somebody else.
  if (process.platform === 'win32')
    return `You may not ${deed} ${place}; say the same in a terminal that was started as administrator.`
  const barrier = barrierBefore(place) ?? place
  const { uid } = statSync(barrier)
  if (uid === process.getuid?.())
    return `${barrier} is yours, and you may not ${deed} it; chmod u+rwX gives you the right.`
  const user = nameOf(uid, '/etc/passwd')
  const become = uid === 0 ? 'sudo' : `sudo -u ${user ?? `'#${uid}'`}`
  return `Only ${user ?? `user ${uid}`} may ${deed} ${place}; say it as that user:\n  ${become} ${commandLine()}`
}

/** What to say to a trader whom the system keeps from the daemon's socket. */
export function entranceText(socket: string): string {
  const barrier = barrierBefore(socket)
  if (process.platform === 'win32' || barrier === null) return `You may not open ${socket}; ask the administrator.`
  const { uid, gid, mode } = statSync(barrier)
  const owner = nameOf(uid, '/etc/passwd') ?? `user ${uid}`
  const group = nameOf(gid, '/etc/group') ?? String(gid)
  const way =
    (mode & constants.S_IXGRP) === 0
      ? 'to set general.control.folder to one that you may enter, such as /run/risk-manager, and name that with --control'
      : `to make you a member of the group ${group}, and log in again`
  return `You may not enter ${barrier}, which belongs to ${owner}.\n  Ask the administrator ${way}.`
}

/** Whether the system said that somebody may not. */
export function isPermission(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))
}

/** The outermost folder on the way that this user may not enter; `null`: he may go all of it. */
function barrierBefore(place: string): string | null {
  const whole = path.resolve(place)
  const { root } = path.parse(whole)
  const names = whole.slice(root.length).split(path.sep).slice(0, -1)
  for (const length of names.keys()) {
    const folder = path.join(root, ...names.slice(0, length + 1))
    try {
      accessSync(folder, constants.X_OK)
    } catch (error) {
      return isPermission(error) ? folder : null
    }
  }
  return null
}

/** Name of a user or a group by its number, as far as the machine's own list has it. */
function nameOf(number: number, list: '/etc/passwd' | '/etc/group'): string | null {
  try {
    const lines = readFileSync(list, 'utf8').split('\n')
    return lines.map((line) => line.split(':')).find(([, , id]) => id === String(number))?.[0] ?? null
  } catch {
    return null
  }
}

/** As it was typed, ready to be typed again. */
function commandLine(): string {
  return ['risk-manager', ...process.argv.slice(2).map(quoted)].join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

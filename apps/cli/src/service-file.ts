import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { CommandResult } from './config-check.ts'
import type { ServicePlan, ServicePlaces } from './service-plan.ts'
import { replaceFile } from './replace-file.ts'

/** Who asks, and for which file. */
export interface ServiceFileWish {
  /** Where the file goes instead of the service manager's own folder; `null`: there. */
  readonly to: string | null
  /** Number of the user; 0 is root. */
  readonly userId: number
  /** The command as it was given, to say it again as root. */
  readonly commandLine: string
}

/** Everybody reads what a service may do, root alone writes it. */
const FILE_MODE = 0o644

/** Writes the file of the service, after every reason against it was looked for. */
export function installService(plan: ServicePlan, places: ServicePlaces, wish: ServiceFileWish): CommandResult {
  const file = wish.to ?? plan.file
  if (file === null) return commandsOnly('risk-manager service show --for windows')
  if (wish.to === null && wish.userId !== 0) return notElevated(file, wish)
  const unseen = unseenProgram(plan, places)
  if (unseen !== null) return unseen
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    replaceFile(file, plan.text, FILE_MODE)
  } catch (error) {
    return refusal(
      `${file} cannot be written: ${String(error)}\n  Name a file in a folder of yours, or say: sudo ${wish.commandLine}`,
    )
  }
  return done(`${file} is written. What remains, as root:`, plan.afterInstall)
}

/** Removes the file of the service. What runs goes on until the service manager is told. */
export function uninstallService(plan: ServicePlan, wish: ServiceFileWish): CommandResult {
  const file = wish.to ?? plan.file
  if (file === null) return { output: lines(plan.afterUninstall), exitCode: EXIT_CODES.success }
  if (wish.to === null && wish.userId !== 0) return notElevated(file, wish)
  if (!existsSync(file)) return refusal(`${file} is not there: no service of this name is installed`)
  rmSync(file)
  return done(`${file} is removed. Lockouts stay in the store. What remains, as root:`, plan.afterUninstall)
}

function notElevated(file: string, { commandLine, userId }: ServiceFileWish): CommandResult {
  return refusal(`${file} is root's, and this is user ${userId}; nothing was changed\n  Say: sudo ${commandLine}`)
}

function unseenProgram({ hidden }: ServicePlan, { node, supervisor, configDirectory }: ServicePlaces) {
  for (const place of [node, supervisor, configDirectory]) {
    const folder = hidden.find((one) => place.startsWith(`${one}/`))
    if (folder === undefined) continue
    return refusal(
      `the service sees nothing below ${folder}, where ${place} lies; nothing was changed\n  Put Node and the program below /opt, the configuration below /etc`,
    )
  }
  return null
}

function commandsOnly(command: string): CommandResult {
  return refusal(`there is no file to write: the service is made by commands\n  Say: ${command}`)
}

function refusal(message: string): CommandResult {
  return { output: `error: ${message}\n`, exitCode: EXIT_CODES.environment }
}

function done(message: string, commands: readonly string[]): CommandResult {
  return { output: `${message}\n${lines(commands.map((command) => `  ${command}`))}`, exitCode: EXIT_CODES.success }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}

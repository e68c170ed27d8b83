import path from 'node:path'
import {
  type CallInput,
  ControlClient,
  type Role,
  type RouteName,
  type RouteOutput,
  ROUTES,
  socketPath,
  wireText,
} from '@rm/control-api'
import { RmError } from '@rm/domain'
import { EXIT_CODES, exitCodeOf } from '@rm/runtime-pack'
import { Command } from 'commander'
import { style, type TextStyle } from './text-style.ts'
import { elevationText, entranceText, isPermission, type Need, onlyWhoMay } from './who-may.ts'

export interface AskOptions {
  readonly control: string
  readonly json?: true
}

/** A command that asks the running daemon. */
export function askingCommand(name: string, description: string, examples: string): Command {
  return new Command(name)
    .description(description)
    .option('--control <dir>', "the folder of the daemon's sockets", path.join('data', 'control'))
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText(
      'after',
      `\nExamples:\n${examples}\n\nExit codes:\n  0 answered   1 no daemon answers, or it refuses\n  5 you may not open its socket   64 usage\n`,
    )
}

/** A command that orders the running daemon: whoever may not open the administrator's socket is told so before anything is asked. */
export function orderingCommand(name: string, description: string, examples: string): Command {
  return onlyWhoMay(askingCommand(name, description, examples), adminSocket)
}

/** A pipe of Windows has no rights that could be looked at beforehand: opening it says. */
function adminSocket({ control }: AskOptions): readonly Need[] {
  return process.platform === 'win32' ? [] : [{ place: socketPath(control, 'admin'), to: 'change' }]
}

/**
 * Calls a route and prints what is answered: as JSON in the words of the wire, or for people.
 */
export async function ask<Name extends RouteName>(
  { control, json }: AskOptions,
  name: Name,
  input: CallInput<Name>,
  inWords: (answer: RouteOutput<Name>, style: TextStyle, client: ControlClient) => string | Promise<string>,
): Promise<void> {
  const { role } = ROUTES[name]
  const socket = socketPath(control, role)
  await using client = new ControlClient(socket)
  try {
    const answer = await client.call(name, input)
    process.stdout.write(json === true ? `${wireText(name, answer)}\n` : await inWords(answer, style(), client))
  } catch (error) {
    tellRefusal(error, socket, role)
  }
}

/** Why nothing was answered, and what to do about it. */
export function tellRefusal(error: unknown, socket: string, role: Role): void {
  if (!(error instanceof RmError)) throw error
  if (isPermission(error.cause)) {
    const text = role === 'admin' ? elevationText({ place: socket, to: 'change' }) : entranceText(socket)
    process.stderr.write(`${text}\n`)
    process.exitCode = EXIT_CODES.environment
    return
  }
  process.stderr.write(`${error.code}: ${error.message}\n  ${error.remedy}\n`)
  process.exitCode = exitCodeOf(error.failure)
}

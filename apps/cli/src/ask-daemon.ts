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
import { exitCodeOf } from '@rm/runtime-pack'
import { Command } from 'commander'
import { style, type TextStyle } from './text-style.ts'

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
      `\nExamples:\n${examples}\n\nExit codes:\n  0 answered   1 no daemon answers, or it refuses   64 usage\n`,
    )
}

/**
 * Calls a route and prints what is answered: as JSON in the words of the wire, or for people. An administrator's command is refused here
 * already when its socket is not this user's, with the way to get there.
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
  const isBarred = role === 'admin' && isPermission(error.cause)
  const remedy = isBarred
    ? `${socket} is for the daemon's user: say it as that user, such as with sudo -u`
    : error.remedy
  process.stderr.write(`${error.code}: ${error.message}\n  ${remedy}\n`)
  process.exitCode = exitCodeOf(error.failure)
}

function isPermission(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
}

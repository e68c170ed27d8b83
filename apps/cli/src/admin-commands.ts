import { Command } from 'commander'
import { statusText } from './account-faces.ts'
import { ask, askingCommand, type AskOptions, orderingCommand } from './ask-daemon.ts'

/** What the daemon's user alone may order. None of it loosens anything: nobody can unlock. */
export function adminCommands(): readonly Command[] {
  return [panicCommand(), reloadCommand(), daemonCommand()]
}

const told = ({ done }: { readonly done: string }): string => `${done}\n`

function panicCommand(): Command {
  const examples = "  $ risk-manager panic PRAC-V2-1\n  $ risk-manager panic all --reason 'the platform hangs'"
  return orderingCommand(
    'panic',
    'Flattens accounts and locks them until the next reset, at once. Nobody can take it back.',
    examples,
  )
    .argument('<account>', 'id or name of an account, or all')
    .option('--reason <text>', 'why, for the log and the trader', 'ordered by the administrator')
    .action((account: string, options: AskOptions & { readonly reason: string }) =>
      ask(options, 'panic', { account, reason: options.reason }, told),
    )
}

function reloadCommand(): Command {
  return orderingCommand('reload', 'Lets the daemon read its configuration again.', '  $ risk-manager reload').action(
    (options: AskOptions) => ask(options, 'reload', {}, told),
  )
}

function daemonCommand(): Command {
  const status = askingCommand('status', 'Whether the daemon runs, and how.', '  $ risk-manager daemon status').action(
    (options: AskOptions) => ask(options, 'report', {}, statusText),
  )
  const stop = orderingCommand(
    'stop',
    'Stops the daemon; lockouts stay in force.',
    '  $ risk-manager daemon stop\n  $ risk-manager daemon stop --yes',
  )
    .option('--yes', 'also while a position is open or a lockout in force')
    .action((options: AskOptions & { readonly yes?: true }) =>
      ask(options, 'stop', { yes: options.yes === true }, told),
    )
  return new Command('daemon').description('The running daemon.').exitOverride().addCommand(status).addCommand(stop)
}

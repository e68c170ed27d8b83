import { ControlClient, type DaemonReport, socketPath } from '@rm/control-api'
import { formatInZone } from '@rm/domain'
import { table, visible, wrapped } from '@rm/runtime-pack/terminal'
import { type Command, InvalidArgumentError } from 'commander'
import { calendarText, limitsText, lockoutText, pnlText, positionsText, statusText } from './account-faces.ts'
import { ask, askingCommand, type AskOptions, tellRefusal } from './ask-daemon.ts'
import { style, type TextStyle } from './text-style.ts'

/** What everybody may ask who may enter the folder of the sockets. Nothing of it changes anything. */
export function traderCommands(): readonly Command[] {
  return [
    statusCommand(),
    reportCommand('limits', 'How much of each limit is used, and how much is left.', limitsText),
    reportCommand('positions', 'Open positions and working orders.', positionsText),
    reportCommand(
      'pnl',
      'The P&L of the trading day, realized and open, with costs, by product, and of the week.',
      pnlText,
    ),
    whyCommand(),
    lockoutsCommand(),
    breachesCommand(),
    calendarCommand(),
  ]
}

function reportCommand(
  name: string,
  description: string,
  inWords: (report: DaemonReport, style: TextStyle) => string,
): Command {
  const examples = `  $ risk-manager ${name}\n  $ risk-manager ${name} --control /run/risk-manager --json`
  return askingCommand(name, description, examples).action((options: AskOptions) => ask(options, 'report', {}, inWords))
}

function statusCommand(): Command {
  const examples = '  $ risk-manager status\n  $ risk-manager status --live\n  $ risk-manager status --json'
  return askingCommand(
    'status',
    'The daemon and its accounts: locked or not, why, until when, and how far from each limit.',
    examples,
  )
    .option('--live', 'goes on, as things change')
    .action((options: AskOptions & { readonly live?: true }) =>
      options.live === true ? followStatus(options) : ask(options, 'report', {}, statusText),
    )
}

/** A terminal shows the newest state in its place; a file or a pipe gets one after the other. */
async function followStatus({ control, json }: AskOptions): Promise<void> {
  const socket = socketPath(control, 'trader')
  await using daemon = new ControlClient(socket)
  const ended = new AbortController()
  process.once('SIGINT', () => ended.abort())
  try {
    for await (const change of daemon.changes(ended.signal)) {
      if (change.kind !== 'report') continue
      const text = json === true ? `${JSON.stringify(change.report)}\n` : statusText(change.report, style())
      process.stdout.write(process.stdout.isTTY && json !== true ? `${CLEAR}${text}` : text)
    }
  } catch (error) {
    if (!ended.signal.aborted) tellRefusal(error, socket, 'trader')
  }
}

/** The cursor goes home and what is below it is erased (ECMA-48). */
const CLEAR = '\u001B[H\u001B[J'

function whyCommand(): Command {
  const examples = '  $ risk-manager why\n  $ risk-manager why b-7001001-1-4\n  $ risk-manager why --last 3 --json'
  return askingCommand(
    'why',
    'Explains what was enforced: rule, numbers, requests, answers, proof and until when.',
    examples,
  )
    .argument('[id]', 'a breach, lockout or goal; the newest when absent')
    .option('--last <n>', 'the newest so many', whole, 1)
    .action((id: string | undefined, options: AskOptions & { readonly last: number }) =>
      ask(options, 'explanations', { id, limit: options.last }, ({ explanations }, { width }) => {
        if (explanations.length === 0) return `nothing was enforced${id === undefined ? ' yet' : ` for ${id}`}\n`
        const told = explanations.map(({ accountId, id: goal, lines }) =>
          [`${accountId} ${goal}`, ...lines.flatMap((line) => wrapped(`  ${visible(line)}`, width, 4))].join('\n'),
        )
        return `${told.join('\n\n')}\n`
      }),
    )
}

function lockoutsCommand(): Command {
  const examples = '  $ risk-manager lockouts\n  $ risk-manager lockouts --last 100 --json'
  return askingCommand('lockouts', 'Lockouts in force with their countdown, and past ones.', examples)
    .option('--last <n>', 'the newest so many', whole, 20)
    .action((options: AskOptions & { readonly last: number }) =>
      ask(options, 'lockouts', { limit: options.last }, async ({ lockouts }, { width }, client) => {
        if (lockouts.length === 0) return 'no lockout was ever set\n'
        const { now, timeZone } = await client.call('report', {})
        return lockouts
          .flatMap((one) => [
            ...wrapped(`${one.accountId} ${lockoutText(one, now, timeZone)}`, width, 4),
            ...wrapped(`  ${visible(one.reason)}`, width, 4),
          ])
          .map((line) => `${line}\n`)
          .join('')
      }),
    )
}

function breachesCommand(): Command {
  const examples = '  $ risk-manager breaches\n  $ risk-manager breaches --last 100 --json'
  return askingCommand('breaches', 'What the rules found, newest first.', examples)
    .option('--last <n>', 'the newest so many', whole, 20)
    .action((options: AskOptions & { readonly last: number }) =>
      ask(options, 'breaches', { limit: options.last }, async ({ breaches }, { width }, client) => {
        if (breaches.length === 0) return 'no rule was ever broken\n'
        const { timeZone } = await client.call('report', {})
        const rows = breaches.map(({ firstSeenAt, rule, id, message }) => [
          formatInZone(firstSeenAt, timeZone),
          rule,
          id,
          visible(message),
        ])
        return table(['when', 'rule', 'id', 'what'], rows, width)
      }),
    )
}

function calendarCommand(): Command {
  const description = 'The trading day, the next reset, the session and the next holidays.'
  return askingCommand('calendar', description, '  $ risk-manager calendar').action((options: AskOptions) =>
    ask(options, 'calendar', {}, async (calendar, shown, client) => {
      const { now, timeZone } = await client.call('report', {})
      return calendarText(calendar, now, timeZone, shown)
    }),
  )
}

function whole(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 500)
    throw new InvalidArgumentError('expected a whole number from 1 to 500')
  return value
}

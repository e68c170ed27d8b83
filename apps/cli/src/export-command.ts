import path from 'node:path'
import { socketPath } from '@rm/control-api'
import { Argument, Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { tellRefusal } from './ask-daemon.ts'
import { COLUMNS, EXPORTS, type ExportKind, exportRows } from './export-rows.ts'
import { databaseIn, daysOf } from './export-source.ts'
import { isoDate } from './option-values.ts'
import { localToday } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager export csv > trades.csv
  $ risk-manager export csv trades --from 2026-11-01 --to 2026-11-30
  $ risk-manager export csv breaches --account PRAC-V2-1 --json
  $ risk-manager export csv pnl --data /var/lib/risk-manager/data

Trades have the columns of the firm's own export, so that the two can be laid
side by side. An entry that its trading day did not close is a row of its own,
without ExitedAt. PnL less Fees and Commissions of a day's rows is what
"risk-manager pnl" says of that day.

A daemon that runs is asked. The store of one that is stopped is only read.

Exit codes:
  0 written   1 no daemon answers and no store is there, or it refuses
  5 you may not open either   64 usage
`

interface ExportOptions {
  readonly from?: Temporal.PlainDate
  readonly to?: Temporal.PlainDate
  readonly account?: string
  readonly control: string
  readonly data: string
  readonly database: string
  readonly json?: true
}

/** `risk-manager export`: the past for a spreadsheet. */
export function exportCommand(): Command {
  return new Command('export')
    .description('Writes trades, breaches, lockouts or the P&L of trading days for a spreadsheet.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(csvCommand())
}

function csvCommand(): Command {
  return new Command('csv')
    .description('Writes them as CSV, or as JSON.')
    .addArgument(new Argument('[what]', 'what is written').choices(EXPORTS).default('trades'))
    .option('--from <day>', 'the first trading day; 30 days ago unless said', isoDate)
    .option('--to <day>', 'the last trading day; the running one unless said', isoDate)
    .option('--account <name>', 'of one account only, by name or id')
    .option('--control <dir>', "the folder of the daemon's sockets", path.join('data', 'control'))
    .option('--data <dir>', 'the data folder of a daemon that is stopped', 'data')
    .option('--database <file>', 'general.database.path, relative to the data folder', 'state.db')
    .option('--json', 'JSON instead of CSV')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(writeExport)
}

/** Days before today from which on, when nobody says. */
const USUAL_DAYS = 30

async function writeExport(what: ExportKind, options: ExportOptions, command: Command): Promise<void> {
  // The trading day that runs in the evening is called by tomorrow's date.
  const { from = localToday().subtract({ days: USUAL_DAYS }), to = localToday().add({ days: 1 }) } = options
  if (Temporal.PlainDate.compare(from, to) > 0)
    command.error(`error: --from ${from.toString()} is after --to ${to.toString()}`)
  const places = { control: options.control, database: databaseIn(options.data, options.database) }
  try {
    const reports = await daysOf(places, { account: options.account ?? null, from, to })
    const rows = reports.flatMap((report) => exportRows(report, what))
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify(rows, null, 2)}\n`
        : stringify([...rows], { header: true, columns: [...COLUMNS[what]] }),
    )
  } catch (error) {
    tellRefusal(error, socketPath(options.control, 'trader'), 'trader')
  }
}

import { EXIT_CODES } from '@rm/runtime-pack'
import { Command, CommanderError } from 'commander'
import { auditListCommand } from './audit-list.ts'
import { onlyWhoMay } from './who-may.ts'

const EXAMPLES = `
Examples:
  $ risk-manager audit list --last 50
  $ risk-manager audit verify
  $ risk-manager audit verify --data /var/lib/risk-manager
  $ risk-manager audit verify --anchor /mnt/elsewhere/anchors.jsonl --json
  $ risk-manager audit verify --data state-copy.db --anchor risk_manager.log

An anchor file is what general.audit.anchor_file names, a log of the daemon in
JSON, or a copy of either. Without one, a trail whose hashes somebody computed
anew cannot be told from the true one.

To verify, the daemon has to be stopped; to list, it has to run. Nothing is
changed.

Exit codes of verify:
  0 intact   1 broken   3 not checked: wrong usage, a missing file, a daemon
`

/** `risk-manager audit`: whether what the daemon wrote down is still what it wrote. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Shows and checks the audit trail: breaches, lockouts, requests, changed settings.')
    .exitOverride(asUnchecked)
    .addHelpText('after', EXAMPLES)
    .addCommand(auditListCommand())
    .addCommand(verifyCommand())
}

interface Options {
  readonly data: string
  readonly anchor?: string
  readonly json?: true
}

function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Walks the whole trail and names the first record that is not as it was written.')
    .option('--data <dir>', 'the data folder, or the database file', 'data')
    .option('--anchor <file>', 'compare with the heads that this file names')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride(asUnchecked)
    .addHelpText('after', EXAMPLES)
  return onlyWhoMay(command, ({ data }: Options) => [{ place: data, to: 'read' }]).action(
    async ({ data, anchor, json }: Options) => {
      // Loaded when it is needed: SQLite's native part costs the other commands a part of their start.
      const { verifyAudit } = await import('./audit-verify.ts')
      const { output, exitCode } = verifyAudit({
        data,
        anchor: anchor ?? null,
        face: json === true ? 'json' : 'text',
        style: { color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined, width: WIDTH },
      })
      const isForError = exitCode === EXIT_CODES.configuration && json !== true
      ;(isForError ? process.stderr : process.stdout).write(output)
      process.exitCode = exitCode
    },
  )
}

const WIDTH = 80

/** Scripts that look for 1 must not take a mistyped option for a broken trail, nor one for an intact trail. */
function asUnchecked(error: CommanderError): never {
  if (error.exitCode === 0) throw error
  throw new CommanderError(EXIT_CODES.configuration, error.code, error.message)
}

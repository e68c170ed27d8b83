import { EXIT_CODES } from '@rm/runtime-pack'
import { Argument, Command } from 'commander'
import { diffText } from './report/diff-text.ts'
import { readReport } from './report/read-report.ts'
import { diffReports, isWorse } from './report/report-diff.ts'
import type { ValidationReport } from './report/validation-report.ts'
import { jsonText } from './report/write-reports.ts'

const EXAMPLES = `
Examples:
  $ validate diff last-week/report.json validation/report.json
  $ validate diff old.json new.json --json

Exit codes:
  0 not worse   1 worse: a verdict, or an error that was not there
  3 a file is no report   64 usage
`

/** `validate diff`: what two reports say differently. */
export function diffCommand(): Command {
  return new Command('diff')
    .description('Shows what changed between two reports.')
    .addArgument(new Argument('<old>', 'a report.json'))
    .addArgument(new Argument('<new>', 'a later one'))
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action((old: string, fresh: string, options: { readonly json?: true }, command: Command) => {
      // The option of the same name belongs to the command above when it stands before "diff".
      const isJson = options.json === true || command.optsWithGlobals()['json'] === true
      const diff = diffReports(reportIn(old, command), reportIn(fresh, command))
      process.stdout.write(isJson ? jsonText(diff) : diffText(diff))
      process.exitCode = isWorse(diff) ? EXIT_CODES.exception : EXIT_CODES.success
    })
}

/** A report that has to be there. */
export function reportIn(file: string, command: Command): ValidationReport {
  const read = readReport(file)
  if (read.kind === 'read') return read.report
  const why = read.kind === 'absent' ? 'there is no such file' : read.why
  return command.error(`error: ${file}: ${why}; name a report.json that validate --report wrote`, {
    exitCode: EXIT_CODES.configuration,
  })
}

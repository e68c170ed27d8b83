import { existsSync } from 'node:fs'
import path from 'node:path'
import { formatDiagnostics, loadConfig, readCriteria, type Secret } from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import { paint, WIDTH } from '@rm/runtime-pack/terminal'
import { Command, InvalidArgumentError, Option } from 'commander'
import { writeCertificate } from './certificate/write-certificate.ts'
import { reportIn } from './diff-command.ts'
import { slackMessage } from './notification/slack-message.ts'
import { findWebhook, tellSlack, WEBHOOK_VARIABLE } from './notification/slack-webhook.ts'
import { PRACTICE_LOGIN, PROGRAMS, ROOT, SIMULATOR_CONFIG } from './program-files.ts'
import { validators } from './registry.ts'
import { diffText } from './report/diff-text.ts'
import { evidenceText } from './report/evidence-text.ts'
import { readReport } from './report/read-report.ts'
import { diffReports, type ReportDiff } from './report/report-diff.ts'
import { answeredLine, terminalReport } from './report/terminal-report.ts'
import type { ValidationReport } from './report/validation-report.ts'
import { jsonText, REPORT_FILE, writeReports } from './report/write-reports.ts'
import { type Progress, runValidation } from './run-validation.ts'
import { localToday } from './system-clock.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { type Mode, MODES, type Target, VALIDATOR_IDS, type ValidatorId } from './validator.ts'

const EXAMPLES = `
Examples:
  $ validate --mode quick
  $ validate --mode standard --config /etc/risk-manager --data /var/lib/risk-manager
  $ validate --only security,database --json
  $ validate --config /etc/risk-manager --certificate certificate.json
  $ validate --mode standard --report validation --notify-slack
  $ validate list
  $ validate diff last-week/report.json validation/report.json

Everything is tried with the daemon that would be deployed, on a copy of the
configuration and a simulated gateway. With --target gateway the configured
gateway is looked at as well: it is read, and nothing is sent.

--report writes report.html for people, report.json for programs, junit.xml for
CI, and what changed since the report that stood there, or since --previous.

Exit codes:
  0 fit   1 not fit   2 stalled   3 configuration   4 gateway   5 environment
  64 usage
`

interface Options {
  readonly mode: Mode
  readonly only?: readonly ValidatorId[]
  readonly config: string
  readonly data?: string
  readonly target: Target['kind']
  readonly livePractice?: true
  readonly report?: string
  readonly certificate?: string
  readonly key?: string
  readonly previous?: string
  readonly notifySlack?: true
  readonly verbose?: true
  readonly json?: true
}

/** `validate`: asks every question of a mode and says what was found. */
export function runCommand(): Command {
  return new Command('run')
    .description('Runs the validators of a mode.')
    .addOption(new Option('--mode <mode>', 'how thoroughly').choices(MODES).default('standard'))
    .addOption(new Option('--only <ids>', `validators, by commas: ${VALIDATOR_IDS.join(', ')}`).argParser(validatorIds))
    .option('--config <dir>', 'the configuration', SIMULATOR_CONFIG)
    .option('--data <dir>', "the daemon's data folder, to look at its database, logs and backups")
    .addOption(
      new Option('--target <target>', 'the gateway that is looked at')
        .choices(['simulator', 'gateway'])
        .default('simulator'),
    )
    .option('--live-practice', 'with --target gateway: boot the daemon there, on practice accounts alone')
    .option('--certificate <file>', 'signs a certificate when everything was asked and answered well')
    .option('--key <file>', 'the private key for it; default: .risk-manager/validator-key.pem in the home')
    .option('--report <dir>', 'writes the reports there: HTML, JSON, JUnit XML')
    .option('--previous <file>', 'an earlier report.json to compare with; default: the one in the folder of --report')
    .option('--notify-slack', `tells Slack the verdict, by the webhook in ${WEBHOOK_VARIABLE}`)
    .option('--verbose', 'also what every check looked at and measured')
    .option('--json', 'the report as JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async (options: Options, command: Command) => {
      process.exitCode = await validate(options, command)
    })
}

async function validate(options: Options, command: Command): Promise<number> {
  const missing = Object.values(PROGRAMS).find((file) => !existsSync(file))
  if (missing !== undefined)
    return command.error(`error: ${path.relative(ROOT, missing)} is not built; run "npm run -s validate:quick"`, {
      exitCode: EXIT_CODES.environment,
    })
  const { config: directory, json } = options
  const environment = directory === SIMULATOR_CONFIG ? { ...PRACTICE_LOGIN, ...process.env } : process.env
  const read = readCriteria({ directory, environment })
  if (!read.ok) {
    process.stderr.write(formatDiagnostics(read.diagnostics, { color: false, width: WIDTH }))
    return EXIT_CODES.configuration
  }
  const webhook = options.notifySlack === true ? webhookOf(environment, command) : null
  const previous = previousReport(options, command)
  using folder = new TemporaryFolder()
  const interruption = new AbortController()
  process.once('SIGINT', () => interruption.abort())
  process.once('SIGTERM', () => interruption.abort())
  const report = await runValidation({
    shared: {
      mode: options.mode,
      target: targetOf(options),
      subject: {
        configDirectory: directory,
        dataDirectory: options.data ?? null,
        repository: ROOT,
        programs: PROGRAMS,
        environment,
      },
      config: loadConfig({ directory, environment, today: localToday() }),
      criteria: read.criteria,
      reportDirectory: options.report ?? null,
    },
    only: options.only ?? VALIDATOR_IDS,
    folder: folder.path,
    interrupted: interruption.signal,
    onProgress: json === true ? () => {} : tellProgress,
  })
  const diff = previous === null ? null : diffReports(previous, report)
  if (options.report !== undefined) writeReports(options.report, report, diff)
  process.stdout.write(json === true ? jsonText(report) : textOf(report, diff, options))
  if (options.certificate !== undefined)
    writeCertificate(options.certificate, report, options.key ?? null, read.criteria.certificateMs)
  if (webhook !== null) await notifySlack(webhook, report, diff)
  return report.exitCode
}

function textOf(report: ValidationReport, diff: ReportDiff | null, { verbose }: Options): string {
  const evidence = verbose === true ? [evidenceText(report)] : []
  const changes = diff === null ? [] : [diffText(diff)]
  return `\n${[...evidence, ...changes, terminalReport(report)].join('\n')}`
}

/** The report to compare with; the one that a run finds in its own folder may be missing or of another version. */
function previousReport({ report, previous }: Options, command: Command): ValidationReport | null {
  if (previous !== undefined) return reportIn(previous, command)
  if (report === undefined) return null
  const file = path.join(report, REPORT_FILE)
  const read = readReport(file)
  if (read.kind === 'unusable') process.stderr.write(`warning: nothing is compared with ${file}: ${read.why}\n`)
  return read.kind === 'read' ? read.report : null
}

function webhookOf(environment: NodeJS.ProcessEnv, command: Command): Secret {
  const found = findWebhook(environment)
  if (found.ok) return found.webhook
  return command.error(`error: --notify-slack: ${found.why}`, { exitCode: EXIT_CODES.configuration })
}

/** That Slack did not take it is told here; the exit code speaks of the machine that was validated, not of Slack. */
async function notifySlack(webhook: Secret, report: ValidationReport, diff: ReportDiff | null): Promise<void> {
  const why = await tellSlack(webhook, slackMessage(report, diff))
  if (why !== null) process.stderr.write(`warning: Slack was not told: ${why}\n`)
}

function tellProgress(progress: Progress): void {
  const { title } = validators[progress.validator]
  if (progress.kind === 'answered') process.stdout.write(`${answeredLine(title, progress.result)}\n`)
  else if (progress.kind === 'told') process.stdout.write(`${paint('dim', `  ${title}: ${progress.text}`)}\n`)
}

function targetOf({ target, livePractice }: Options): Target {
  return target === 'simulator' ? { kind: 'simulator' } : { kind: 'gateway', mayTradeOnPractice: livePractice === true }
}

function validatorIds(text: string): readonly ValidatorId[] {
  return text.split(',').map((word) => {
    const id = VALIDATOR_IDS.find((one) => one === word.trim())
    if (id === undefined) throw new InvalidArgumentError(`${word} is none of ${VALIDATOR_IDS.join(', ')}`)
    return id
  })
}

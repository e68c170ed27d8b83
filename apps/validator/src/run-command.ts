import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { formatDiagnostics, loadConfig, readCriteria } from '@rm/config'
import { EXIT_CODES, signCertificate } from '@rm/runtime-pack'
import { paint, WIDTH } from '@rm/runtime-pack/terminal'
import { Command, InvalidArgumentError, Option } from 'commander'
import { statementOf } from './certificate/certificate-of.ts'
import { signingKey, usualKeyFile } from './certificate/signing-key.ts'
import { PRACTICE_LOGIN, PROGRAMS, ROOT, SIMULATOR_CONFIG } from './program-files.ts'
import { validators } from './registry.ts'
import { answeredLine, terminalReport } from './report/terminal-report.ts'
import type { ValidationReport } from './report/validation-report.ts'
import { type Progress, runValidation } from './run-validation.ts'
import { localToday } from './system-clock.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { type Mode, MODES, type Target, VALIDATOR_IDS, type ValidatorId } from './validator.ts'

const EXAMPLES = `
Examples:
  $ validate --mode quick
  $ validate --mode standard --config /etc/risk-manager --data /var/lib/risk-manager
  $ validate --only security,database --json
  $ validate --mode standard --report validation
  $ validate --config /etc/risk-manager --certificate certificate.json

Everything is tried with the daemon that would be deployed, on a copy of the
configuration and a simulated gateway. With --target gateway the configured
gateway is looked at as well: it is read, and nothing is sent.

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
    .option('--report <dir>', 'writes the report there')
    .option('--certificate <file>', 'signs a certificate when everything was asked and answered well')
    .option('--key <file>', 'the private key for it; default: .risk-manager/validator-key.pem in the home')
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
  if (options.report !== undefined) writeReports(options.report, report)
  process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : `\n${terminalReport(report)}`)
  if (options.certificate !== undefined) certify(options.certificate, report, options.key, read.criteria.certificateMs)
  return report.exitCode
}

function certify(file: string, report: ValidationReport, key: string | undefined, validMs: number): void {
  const statement = statementOf(report, validMs)
  if ('refused' in statement) {
    process.stderr.write(`No certificate: ${statement.refused}.\n`)
    return
  }
  const certificate = signCertificate(statement, signingKey(key ?? usualKeyFile()))
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  writeFileSync(file, `${JSON.stringify(certificate, null, 2)}\n`)
  process.stderr.write(`Certificate until ${statement.expiresAt}: ${file}\n`)
}

function writeReports(directory: string, report: ValidationReport): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(path.join(directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
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

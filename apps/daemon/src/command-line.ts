import { EXIT_CODES } from '@rm/runtime-pack'
import { Command, CommanderError } from 'commander'
import { VERSION } from './version.ts'

/** What the caller asked for. */
export interface DaemonOptions {
  /** Folder with the YAML files and `.env`. */
  readonly configDirectory: string
  /** Folder for the database and the logs; made when missing. */
  readonly dataDirectory: string
  /** `safe`: no rule judges; what is stored is defended and every account may only reduce (decision 0037). */
  readonly mode: 'normal' | 'safe'
  /** File with the passphrase of `credentials.enc`; `null` when none is named. */
  readonly passphraseFile: string | null
}

/** A program that was not started, as it was called wrongly or asked for help. */
type NotStarted = { readonly exitCode: number }

const CODES = `
Credentials (PROJECTX_USERNAME, PROJECTX_API_KEY) come from the first that has them:
  1 files of systemd's LoadCredential= or LoadCredentialEncrypted=
  2 CONFIG/credentials.enc, made by "risk-manager credentials encrypt"
  3 the environment   4 CONFIG/.env

Exit codes:
  0 success   1 exception   2 stalled   3 configuration
  4 gateway or authentication   5 dependency or environment   64 usage
`

/** Reads the command line of the daemon. Prints help or the usage error itself and then returns the exit code. */
export function readCommandLine(argv: readonly string[]): DaemonOptions | NotStarted {
  const command = commandOf(
    'main',
    'Watches ProjectX accounts and enforces the risk rules of the configuration.',
  ).option('--safe-boot', 'only defend what is stored, let every account only reduce; the supervisor asks for it')
  return parse(command, argv)
}

/** The same for the supervisor. */
export function readSupervisorLine(argv: readonly string[]): DaemonOptions | NotStarted {
  return parse(commandOf('supervisor', 'Starts the daemon, and starts it again whenever it ends.'), argv)
}

function commandOf(program: 'main' | 'supervisor', description: string): Command {
  const call = `  $ node apps/daemon/dist/${program}.js`
  return new Command(program === 'main' ? 'risk-manager-daemon' : 'risk-manager-supervisor')
    .description(description)
    .version(VERSION)
    .option(
      '--config <dir>',
      'folder with risk_config.yaml, timers_config.yaml, accounts.yaml, api_config.yaml, .env',
      'config',
    )
    .option('--data <dir>', 'folder for the database and the logs', 'data')
    .option('--passphrase-file <file>', 'file with the passphrase of credentials.enc, such as /dev/fd/3')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `
Examples:
${call} --config config --data data
${call} --config /etc/risk-manager --data /var/lib/risk-manager
${CODES}`,
    )
    .exitOverride()
}

function parse(program: Command, argv: readonly string[]): DaemonOptions | NotStarted {
  try {
    program.parse(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { exitCode: error.exitCode === 0 ? EXIT_CODES.success : EXIT_CODES.usage }
  }
  const { config, data, passphraseFile, safeBoot } = program.opts<{
    config: string
    data: string
    passphraseFile?: string
    safeBoot?: true
  }>()
  return {
    configDirectory: config,
    dataDirectory: data,
    passphraseFile: passphraseFile ?? null,
    mode: safeBoot === true ? 'safe' : 'normal',
  }
}

import { EXIT_CODES } from '@rm/runtime-pack'
import { Command, CommanderError } from 'commander'
import { VERSION } from './version.ts'

/** What the caller asked for. */
export interface DaemonOptions {
  /** Folder with the YAML files and `.env`. */
  readonly configDirectory: string
  /** Folder for the database and the logs; made when missing. */
  readonly dataDirectory: string
  /** File with the passphrase of `credentials.enc`; `null` when none is named. */
  readonly passphraseFile: string | null
}

const EXAMPLES = `
Examples:
  $ node apps/daemon/dist/main.js --config config --data data
  $ node apps/daemon/dist/main.js --config /etc/risk-manager --data /var/lib/risk-manager

Credentials (PROJECTX_USERNAME, PROJECTX_API_KEY) come from the first that has them:
  1 files of systemd's LoadCredential= or LoadCredentialEncrypted=
  2 CONFIG/credentials.enc, made by "risk-manager credentials encrypt"
  3 the environment   4 CONFIG/.env

Exit codes:
  0 success   1 exception   2 stalled   3 configuration
  4 gateway or authentication   5 dependency or environment   64 usage
`

/** Reads the command line. Prints help or the usage error itself and then returns the exit code. */
export function readCommandLine(argv: readonly string[]): DaemonOptions | { readonly exitCode: number } {
  const program = new Command('risk-manager-daemon')
    .description('Watches ProjectX accounts and enforces the risk rules of the configuration.')
    .version(VERSION)
    .option(
      '--config <dir>',
      'folder with risk_config.yaml, timers_config.yaml, accounts.yaml, api_config.yaml, .env',
      'config',
    )
    .option('--data <dir>', 'folder for the database and the logs', 'data')
    .option('--passphrase-file <file>', 'file with the passphrase of credentials.enc, such as /dev/fd/3')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
  try {
    program.parse(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { exitCode: error.exitCode === 0 ? EXIT_CODES.success : EXIT_CODES.usage }
  }
  const { config, data, passphraseFile } = program.opts<{ config: string; data: string; passphraseFile?: string }>()
  return { configDirectory: config, dataDirectory: data, passphraseFile: passphraseFile ?? null }
}

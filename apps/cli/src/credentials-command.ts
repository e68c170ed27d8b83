import path from 'node:path'
import {
  askPassphrase,
  environmentSecrets,
  type FolderSecrets,
  formatDiagnostics,
  readPassphrase,
  seal,
  SEALED_FILE,
  sealedSecrets,
} from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import { Command } from 'commander'
import { terminal } from './credential-sources.ts'
import { onlyWhoMay } from './who-may.ts'

const EXAMPLES = `
Examples:
  $ risk-manager credentials encrypt --config /etc/risk-manager
  $ risk-manager credentials encrypt --passphrase-file /run/keys/risk-manager
  $ risk-manager credentials rotate --passphrase-file /dev/fd/3 3<old \\
      --new-passphrase-file /dev/fd/4 4<new

Without a file the passphrase is asked for at the terminal. It is never taken
from an argument or from the environment.

Exit codes:
  0 written   3 nothing was changed: a file or the passphrase is no good
  5 you may not change the folder   64 usage
`

/** Shorter ones are guessed by who has the file, however slow each try is. */
const CHARACTERS_MIN = 12

/** `risk-manager credentials`: the credentials of a folder, encrypted. */
export function credentialsCommand(): Command {
  return new Command('credentials')
    .description('Encrypts the credentials of a configuration folder.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(encryptCommand())
    .addCommand(rotateCommand())
}

interface Options {
  readonly config: string
  readonly passphraseFile?: string
  readonly newPassphraseFile?: string
}

function encryptCommand(): Command {
  return folderCommand('encrypt', `Writes the variables of .env into ${SEALED_FILE}, under a passphrase.`)
    .option('--passphrase-file <file>', 'file with the passphrase')
    .action((options: Options) =>
      refusing(async () => {
        const { config, passphraseFile } = options
        const variables = variablesOf(environmentSecrets(config))
        await sealInto(config, variables, await newPassphrase(passphraseFile ?? null))
        tell(`Delete ${path.join(config, '.env')} when the daemon has started with it.\n`)
      }),
    )
}

function rotateCommand(): Command {
  return folderCommand('rotate', `Writes ${SEALED_FILE} again with a new key, under a new passphrase.`)
    .option('--passphrase-file <file>', 'file with the passphrase of now')
    .option('--new-passphrase-file <file>', 'file with the new one')
    .action((options: Options) =>
      refusing(async () => {
        const { config, passphraseFile, newPassphraseFile } = options
        const sources = { file: passphraseFile ?? null, environment: process.env, terminal: terminal() }
        const variables = variablesOf(await sealedSecrets(config, await readPassphrase(sources)))
        await sealInto(config, variables, await newPassphrase(newPassphraseFile ?? null))
        tell('The daemon needs the new passphrase from its next start on.\n')
      }),
    )
}

/** Why nothing was written; the text is ready to be shown. */
class Refusal extends Error {
  override readonly name = 'Refusal'
}

async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = EXIT_CODES.configuration
  }
}

function variablesOf(secrets: FolderSecrets): ReadonlyMap<string, string> {
  if (secrets.ok) return secrets.variables
  throw new Refusal(formatDiagnostics(secrets.diagnostics, { color: false, width: 80 }))
}

async function sealInto(directory: string, variables: ReadonlyMap<string, string>, passphrase: string): Promise<void> {
  const { writeDurably } = await import('@rm/state')
  const { text, keyId } = await seal(variables, passphrase)
  const file = path.join(directory, SEALED_FILE)
  await writeDurably(file, text)
  tell(`${file} was written, with key ${keyId}: ${[...variables.keys()].join(', ')}.\n`)
}

async function newPassphrase(file: string | null): Promise<string> {
  const passphrase = file === null ? await askedTwice() : await readFrom(file)
  const { length } = passphrase
  if (length >= CHARACTERS_MIN) return passphrase
  throw new Refusal(`The new passphrase has ${length} characters; at least ${CHARACTERS_MIN} are needed.`)
}

async function readFrom(file: string): Promise<string> {
  const { secret, problem, exposure } = await readPassphrase({ file, environment: {}, terminal: null })
  const found = problem ?? exposure
  if (found === null) return secret?.reveal() ?? ''
  const { expected, got, fix } = found.complaint
  throw new Refusal(`${found.at.file}: expected ${expected}, got ${got}; ${fix}`)
}

/** A mistake in what nobody sees would lock the credentials away. */
async function askedTwice(): Promise<string> {
  const asked = terminal()
  if (asked === null) throw new Refusal('There is no terminal to ask for the new passphrase; name a file that has it.')
  const first = await askPassphrase('New passphrase: ', asked)
  const again = await askPassphrase('The same again: ', asked)
  if (first === null || first !== again) throw new Refusal('Those were two different ones.')
  return first
}

function folderCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .option('--config <dir>', 'the configuration folder', 'config')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  return onlyWhoMay(command, ({ config }: Options) => [{ place: config, to: 'change' }])
}

function tell(text: string): void {
  process.stdout.write(text)
}

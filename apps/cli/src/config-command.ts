import { editorSchema, isSettingsFile, type LoadOptions, SETTINGS_FILES, settingsPage } from '@rm/config'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { checkConfig, type CommandResult } from './config-check.ts'
import { explainSettings } from './config-explain.ts'
import { credentialSources } from './credential-sources.ts'
import { localToday } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager config check --config my-risk
  $ risk-manager config check --config my-risk --strict --json
  $ risk-manager config explain rules.daily_realized_loss --config my-risk
  $ risk-manager config explain general.timezone --account PRAC-V2-1
  $ risk-manager config schema risk

In the repository, "npm run -s risk-manager --" stands for risk-manager.
No daemon is needed, and nothing is changed.

Exit codes:
  0 the configuration is accepted   3 it is refused   64 usage
`

/** `risk-manager config`: what the files say, without a daemon. */
export function configCommand(): Command {
  return new Command('config')
    .description('Checks and explains the configuration, and prints the schemas of its files.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(schemaCommand())
}

interface FolderOptions {
  readonly config: string
  readonly passphraseFile?: string
  readonly json?: true
}

function checkCommand(): Command {
  return folderCommand(
    'check',
    'Tells every problem of every file, and limits that will not do what is expected of them.',
  )
    .option('--strict', 'warnings are errors')
    .action(async ({ json, strict, ...folder }: FolderOptions & { readonly strict?: true }) => {
      tell(
        checkConfig({
          ...(await surroundings(folder)),
          strict: strict === true,
          face: json === true ? 'json' : 'text',
          style: style(),
        }),
      )
    })
}

function explainCommand(): Command {
  return folderCommand('explain', 'Tells the value of every key that is in force, and the layer that gave it.')
    .addArgument(new Argument('[key]', 'a key or a section, such as rules.max_contracts.limit'))
    .option('--account <name>', 'of one account only, by name or id')
    .action(
      async (key: string | undefined, { json, account, ...folder }: FolderOptions & { readonly account?: string }) => {
        tell(
          explainSettings({
            ...(await surroundings(folder)),
            key: key ?? null,
            account: account ?? null,
            face: json === true ? 'json' : 'text',
            style: style(),
          }),
        )
      },
    )
}

function schemaCommand(): Command {
  const files = Object.keys(SETTINGS_FILES).join(', ')
  return new Command('schema')
    .description('Prints the JSON Schema of a file, for editors, or the reference of all settings.')
    .addArgument(new Argument('[file]', files).argParser(settingsFile))
    .option('--markdown', 'the reference of all settings, docs/settings.md')
    .allowExcessArguments(false)
    .exitOverride()
    .action(
      (file: keyof typeof SETTINGS_FILES | undefined, { markdown }: { readonly markdown?: true }, command: Command) => {
        if (markdown === true) process.stdout.write(settingsPage())
        else if (file === undefined) command.error(`error: name one of ${files}, or write --markdown`)
        else process.stdout.write(`${JSON.stringify(editorSchema(file), null, 2)}\n`)
      },
    )
}

function folderCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--config <dir>', 'the configuration folder', 'config')
    .option('--passphrase-file <file>', 'file with the passphrase of credentials.enc')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride()
}

function settingsFile(word: string): keyof typeof SETTINGS_FILES {
  if (!isSettingsFile(word)) throw new InvalidArgumentError(`expected one of ${Object.keys(SETTINGS_FILES).join(', ')}`)
  return word
}

async function surroundings({ config, passphraseFile }: FolderOptions): Promise<LoadOptions> {
  const credentials = await credentialSources(config, passphraseFile ?? null).open()
  return { directory: config, environment: process.env, credentials, today: localToday() }
}

function style() {
  return { color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined, width: WIDTH }
}

const WIDTH = 80

function tell({ output, exitCode }: CommandResult): void {
  const stream = exitCode === 64 ? process.stderr : process.stdout
  stream.write(output)
  process.exitCode = exitCode
}

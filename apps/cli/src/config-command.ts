import path from 'node:path'
import { editorSchema, isSettingsFile, type LoadOptions, SETTINGS_FILES, settingsPage } from '@rm/config'
import { ControlClient, socketPath } from '@rm/control-api'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { tellRefusal } from './ask-daemon.ts'
import { checkConfig, type CommandResult } from './config-check.ts'
import { diffSettings } from './config-diff.ts'
import { explainSettings } from './config-explain.ts'
import { setSetting } from './config-set.ts'
import { credentialSources } from './credential-sources.ts'
import { localToday } from './system-clock.ts'
import { onlyWhoMay } from './who-may.ts'

const EXAMPLES = `
Examples:
  $ risk-manager config check --config my-risk
  $ risk-manager config check --config my-risk --strict --json
  $ risk-manager config explain rules.daily_realized_loss --config my-risk
  $ risk-manager config explain general.timezone --account PRAC-V2-1
  $ risk-manager config set rules.max_contracts.limit 3 --config my-risk
  $ risk-manager config set rules.max_contracts.limit 2 --account PRAC-V2-1
  $ risk-manager config diff --config my-risk --control /run/risk-manager
  $ risk-manager config schema risk

In the repository, "npm run -s risk-manager --" stands for risk-manager.
Only diff needs a daemon, and only set changes anything.

Exit codes:
  0 the configuration is accepted   1 no daemon answers diff   3 it is refused
  5 you may not change the folder   64 usage
`

/** `risk-manager config`: what the files say, how they are changed, and whether the daemon holds the same. */
export function configCommand(): Command {
  return new Command('config')
    .description('Checks, explains and changes the configuration, and prints the schemas of its files.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(checkCommand())
    .addCommand(explainCommand())
    .addCommand(setCommand())
    .addCommand(diffCommand())
    .addCommand(schemaCommand())
}

interface FolderOptions {
  readonly config: string
  readonly passphraseFile?: string
}

interface JsonOption {
  readonly json?: true
}

function checkCommand(): Command {
  return folderCommand(
    'check',
    'Tells every problem of every file, and limits that will not do what is expected of them.',
  )
    .option('--json', 'JSON instead of text')
    .option('--strict', 'warnings are errors')
    .action(async ({ json, strict, ...folder }: FolderOptions & JsonOption & { readonly strict?: true }) => {
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
    .option('--json', 'JSON instead of text')
    .option('--account <name>', 'of one account only, by name or id')
    .action(
      async (
        key: string | undefined,
        { json, account, ...folder }: FolderOptions & JsonOption & { readonly account?: string },
      ) => {
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

function setCommand(): Command {
  const command = folderCommand(
    'set',
    'Writes one value, if the configuration is accepted with it, and says when it applies.',
  )
  return onlyWhoMay(command, ({ config }: FolderOptions) => [{ place: config, to: 'change' }])
    .argument('<key>', 'such as rules.max_contracts.limit')
    .argument('<value>', 'as in YAML: 3, -400, "17:00", [NQ, ES]')
    .option('--account <name>', 'for one account only, by name or id: into its config_overrides')
    .action(
      async (key: string, value: string, { account, ...folder }: FolderOptions & { readonly account?: string }) => {
        const wish = { path: key, value, account: account ?? null }
        tell(setSetting({ ...(await surroundings(folder)), wish, style: style() }))
      },
    )
}

function diffCommand(): Command {
  return folderCommand('diff', 'Tells in which rules the daemon that runs differs from the files, and why it may.')
    .option('--control <dir>', "the folder of the daemon's sockets", path.join('data', 'control'))
    .option('--json', 'JSON instead of text')
    .action(async ({ control, json, ...folder }: FolderOptions & JsonOption & { readonly control: string }) => {
      const socket = socketPath(control, 'trader')
      await using daemon = new ControlClient(socket)
      try {
        const [settings, report] = [await daemon.call('settings', {}), await daemon.call('report', {})]
        const face = json === true ? 'json' : 'text'
        tell(diffSettings({ ...(await surroundings(folder)), settings, report, face, style: style() }))
      } catch (error) {
        tellRefusal(error, socket, 'trader')
      }
    })
}

function schemaCommand(): Command {
  const files = Object.keys(SETTINGS_FILES).join(', ')
  return new Command('schema')
    .description('Prints the JSON Schema of a file, for editors, or the reference of all settings.')
    .addArgument(new Argument('[file]', files).argParser(settingsFile))
    .option('--markdown', 'the reference of all settings, docs/settings.md')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
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
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText('after', EXAMPLES)
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

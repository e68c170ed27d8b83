import path from 'node:path'
import type { AccountType, LoadOptions, PlanSize } from '@rm/config'
import { Command, Option } from 'commander'
import { addAccount } from './accounts-add.ts'
import { listAccounts } from './accounts-list.ts'
import { removeAccount } from './accounts-remove.ts'
import type { CommandResult } from './config-check.ts'
import { credentialSources } from './credential-sources.ts'
import { accountsOf } from './init-gateway.ts'
import { localToday } from './system-clock.ts'
import { style } from './text-style.ts'
import { onlyWhoMay } from './who-may.ts'

const EXAMPLES = `
Examples:
  $ risk-manager accounts list --config /etc/risk-manager
  $ risk-manager accounts list --json
  $ risk-manager accounts add PRAC-V2-100200-30040050 --config /etc/risk-manager
  $ risk-manager accounts add 7001002 --plan 50k --profile topstepx-50k
  $ risk-manager accounts remove 7001002 --control /run/risk-manager
  $ risk-manager accounts remove 7001002 --after-reset

list and add log in to the gateway and change nothing there. add and remove
change accounts.yaml, and keep its comments: if the whole configuration is
accepted with it, otherwise nothing is written.

Exit codes:
  0 done   1 a daemon says that the account is locked or holds a position
  3 the configuration is refused   4 gateway, login, or no such account there
  5 you may not change the folder, or not ask the daemon   64 usage
`

interface FolderOptions {
  readonly config: string
  readonly passphraseFile?: string
}

/** `risk-manager accounts`: which accounts are watched, and which of the login are not. */
export function accountsCommand(): Command {
  return new Command('accounts')
    .description('Shows, adds and removes the accounts that are watched.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(removeCommand())
}

function listCommand(): Command {
  return folderCommand(
    'list',
    'Shows the accounts of the configuration and of the login, and names who is not watched.',
  )
    .option('--json', 'JSON instead of text')
    .action(async ({ json, ...folder }: FolderOptions & { readonly json?: true }) => {
      const face = json === true ? 'json' : 'text'
      tell(await listAccounts({ ...(await surroundings(folder)), accountsOf, face, style: style() }))
    })
}

interface AddOptions extends FolderOptions {
  readonly name?: string
  readonly type?: AccountType
  readonly profile?: string
  readonly plan?: PlanSize
}

function addCommand(): Command {
  return changingCommand('add', 'Adds an account of the login to accounts.yaml.')
    .argument('<account>', "the gateway's number of the account, or its exact name")
    .option('--name <name>', 'how people know it; as the gateway calls it unless said')
    .addOption(
      new Option('--type <type>', 'programme of the firm; told by the name unless said').choices([
        'practice',
        'combine',
        'express',
      ]),
    )
    .addOption(new Option('--plan <size>', "compares the limits with the firm's plan").choices(['50k', '100k', '150k']))
    .option('--profile <name>', 'in profiles/, instead of the one of risk_config.yaml')
    .action(async (account: string, { name, type, profile, plan, ...folder }: AddOptions) => {
      const wish = { account, name: name ?? null, type: type ?? null, profile: profile ?? null, plan: plan ?? null }
      tell(await addAccount({ ...(await surroundings(folder)), accountsOf, wish, style: style() }))
    })
}

interface RemoveOptions extends FolderOptions {
  readonly control: string
  readonly afterReset?: true
}

function removeCommand(): Command {
  return changingCommand('remove', 'Takes an account out of accounts.yaml, unless it is locked or holds a position.')
    .argument('<account>', 'its name or id, as accounts.yaml has it')
    .option('--control <dir>', "the folder of the daemon's sockets", path.join('data', 'control'))
    .option('--after-reset', 'also if so: it is held until a daily reset finds it free')
    .action(async (account: string, { control, afterReset, ...folder }: RemoveOptions) => {
      const isHeldTaken = afterReset === true
      tell(await removeAccount({ ...(await surroundings(folder)), account, control, isHeldTaken, style: style() }))
    })
}

function changingCommand(name: string, description: string): Command {
  return onlyWhoMay(folderCommand(name, description), ({ config }: FolderOptions) => [{ place: config, to: 'change' }])
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

async function surroundings({ config, passphraseFile }: FolderOptions): Promise<LoadOptions> {
  const credentials = await credentialSources(config, passphraseFile ?? null).open()
  return { directory: config, environment: process.env, credentials, today: localToday() }
}

function tell({ output, exitCode }: CommandResult): void {
  const stream = exitCode === 0 ? process.stdout : process.stderr
  stream.write(output)
  process.exitCode = exitCode
}

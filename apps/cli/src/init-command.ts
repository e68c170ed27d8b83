import { existsSync } from 'node:fs'
import path from 'node:path'
import { RmError } from '@rm/domain'
import { EXIT_CODES, exitCodeOf } from '@rm/runtime-pack'
import { visible } from '@rm/runtime-pack/terminal'
import { Command } from 'commander'
import { checkConfig } from './config-check.ts'
import { credentialSources } from './credential-sources.ts'
import { type Answers, filesOf } from './init-files.ts'
import { DraftFolder } from './init-folder.ts'
import { InputEnded, Questions } from './init-questions.ts'
import { askEverything } from './init-wizard.ts'
import { SHIPPED_CONFIG } from './program-files.ts'
import { localToday } from './system-clock.ts'
import { style } from './text-style.ts'

const EXAMPLES = `
Examples:
  $ risk-manager init
  $ risk-manager init --config /etc/risk-manager
  $ risk-manager init --config my-risk --force

Asks for the gateway, the login, the accounts and their main limits. The login
is tried, and the folder is checked before it gets its name: it is there as a
whole or not at all. With --force the folder of before is kept beside it.

Exit codes:
  0 written   3 nothing was written: the folder is there already, or the check
  refuses the answers   4 the gateway or the login   5 it cannot be written
  there   64 the input ended early
`

interface Options {
  readonly config: string
  readonly force?: true
}

/** `risk-manager init`: a configuration folder of one's own, by questions at the terminal. */
export function initCommand(): Command {
  return new Command('init')
    .description('Makes a configuration folder: asks, tries the login, writes and checks.')
    .option('--config <dir>', 'the folder to make', 'my-risk')
    .option('--force', 'replace a folder that is there; it is kept under another name')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async ({ config, force }: Options) => {
      const obstacle = obstacleAt(config, force === true ? 'replaced' : 'refused')
      if (obstacle === null) await makeConfiguration(config)
      else refuse(obstacle, EXIT_CODES.configuration)
    })
}

/** Why no folder can be made there. */
function obstacleAt(config: string, existing: 'replaced' | 'refused'): string | null {
  if (path.resolve(config) === SHIPPED_CONFIG.replace(/[/\\]$/, ''))
    return `${config} is the configuration that ships, of which others are made. Name another folder with --config.`
  if (existing === 'replaced' || !existsSync(config)) return null
  return `${config} is there already. Name another folder with --config, or replace this one with --force.`
}

async function makeConfiguration(config: string): Promise<void> {
  try {
    const answers = await answersOfTerminal(config)
    using draft = new DraftFolder(config)
    await draft.write(filesOf(answers))
    const { output, exitCode } = await checked(draft)
    process.stdout.write(`\n${output.replaceAll(draft.path, config)}`)
    if (exitCode === EXIT_CODES.success) process.stdout.write(nextSteps(config, draft.install()))
    else refuse('Nothing was written.', exitCode)
  } catch (error) {
    if (error instanceof InputEnded)
      refuse('The input ended before the last question; nothing was written.', EXIT_CODES.usage)
    else if (error instanceof RmError)
      refuse(`${visible(error.message)}. ${error.remedy} Nothing was written.`, exitCodeOf(error.failure))
    else if (error instanceof Error && 'syscall' in error)
      refuse(`${config} cannot be made: ${error.message}. Nothing was written.`, EXIT_CODES.environment)
    else throw error
  }
}

async function answersOfTerminal(config: string): Promise<Answers> {
  // Loads the client of the gateway, which the other commands do without.
  const { accountsOf } = await import('./init-gateway.ts')
  using questions = new Questions(process.stdin, process.stdout)
  questions.say(`This makes the configuration folder ${config}. Enter takes what stands in [brackets].\n`)
  return await askEverything(questions, accountsOf)
}

/** What `config check` says of it. */
async function checked({ path: directory }: DraftFolder) {
  const credentials = await credentialSources(directory, null).open()
  const surroundings = { directory, environment: process.env, credentials, today: localToday() }
  return checkConfig({ ...surroundings, strict: false, face: 'text', style: style() })
}

function nextSteps(config: string, kept: string | null): string {
  const before = kept === null ? '' : `The folder of before is ${kept}; it may hold an API key.\n`
  const stronger = ['PROJECTX_USERNAME', 'PROJECTX_API_KEY'].filter((name) => (process.env[name] ?? '') !== '')
  const warning =
    stronger.length === 0
      ? ''
      : `Of this shell ${stronger.join(' and ')} would win over ${path.join(config, '.env')}.\n`
  return `${config} is written. ${path.join(config, '.env')} holds the API key: only you can read it.
${before}${warning}
Now start the daemon under its supervisor, which starts it again whenever it ends:
  node apps/daemon/dist/supervisor.js --config ${config} --data ${config}-data
Look at it from a second terminal:
  npm run -s risk-manager -- status --control ${path.join(`${config}-data`, 'control')}
More limits stand in ${path.join(config, 'risk_config.yaml')}, each with its explanation. After a change:
  npm run -s risk-manager -- config check --config ${config}
As a service, and who hears of a breach: docs/deploying.md.
`
}

function refuse(message: string, exitCode: number): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = exitCode
}

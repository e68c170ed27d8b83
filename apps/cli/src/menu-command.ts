import { createInterface } from 'node:readline'
import { EXIT_CODES } from '@rm/runtime-pack'
import { paint, visible } from '@rm/runtime-pack/terminal'
import { Command } from 'commander'
import { SMOKE, TESTS } from './gate-command.ts'
import { CLI } from './program-files.ts'
import { runStep, type Step } from './program-steps.ts'

const EXAMPLES = `
Examples:
  $ risk-manager menu
  $ risk-manager menu --data /var/lib/risk-manager
  $ printf 'e\\ns\\nq\\n' | risk-manager menu

Exit codes:
  0 left with q or at the end of the input   64 usage
`

/** `risk-manager menu`: the tools by one key each. */
export function menuCommand(): Command {
  return new Command('menu')
    .description('Offers the tools in a menu.')
    .option('--data <dir>', 'the data folder of the daemon, for logs and trace', 'data')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async ({ data }: { readonly data: string }) => {
      await offer(choicesOf(data))
      process.exitCode = EXIT_CODES.success
    })
}

function choicesOf(data: string): ReadonlyMap<string, Step> {
  return new Map([
    ['1', TESTS],
    ['s', SMOKE],
    ['r', { name: 'soak, one minute', words: [CLI, 'soak', '--duration', '60s'] }],
    ['t', { name: 'trace of the daemon', words: [CLI, 'trace', '--data', data] }],
    ['l', { name: 'logs, the last lines', words: [CLI, 'logs', '--data', data, '-n', '20'] }],
    ['e', { name: 'environment', words: [CLI, 'env', '--data', data] }],
    ['g', { name: 'gate: tests, then smoke', words: [CLI, 'gate'] }],
  ])
}

async function offer(choices: ReadonlyMap<string, Step>): Promise<void> {
  // Without the line editor Ctrl-C stays a signal, which ends the tool that runs and not the menu.
  const input = createInterface({ input: process.stdin, terminal: false })
  let isBusy = false
  process.on('SIGINT', () => {
    if (!isBusy) input.close()
  })
  process.stdout.write(menuText(choices))
  for await (const line of input) {
    const key = line.trim().toLowerCase()
    if (key === 'q') break
    const step = choices.get(key)
    if (step === undefined) {
      process.stdout.write(`There is no "${visible(key)}".\n`)
    } else {
      isBusy = true
      const code = await runStep(step)
      isBusy = false
      process.stdout.write(paint(code === EXIT_CODES.success ? 'green' : 'red', `${step.name}: exit code ${code}\n`))
    }
    process.stdout.write(menuText(choices))
  }
  input.close()
}

function menuText(choices: ReadonlyMap<string, Step>): string {
  const rows = [...choices].map(([key, { name }]) => `  [${key}] ${name}`)
  return `\n${[...rows, '  [q] quit'].join('\n')}\n> `
}

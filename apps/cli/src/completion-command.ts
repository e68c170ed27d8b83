import { Argument, Command } from 'commander'
import { offerFor } from './completion-offer.ts'
import { completionScript, SHELLS, type Shell } from './completion-script.ts'

const EXAMPLES = `
Examples:
  $ source <(risk-manager completion bash)
  $ risk-manager completion bash > /etc/bash_completion.d/risk-manager
  $ risk-manager completion zsh > ~/.zfunc/_risk-manager
  $ risk-manager completion fish > ~/.config/fish/completions/risk-manager.fish

The shell has to find risk-manager by that name. The script asks it at each
press of the key, so it never has to be written anew.

Exit codes:
  0 written   64 usage
`

/** Adds `completion` to a program, and what its scripts ask, which nobody types. Commands may still be added after it. */
export function addCompletion(program: Command): void {
  program.addCommand(printingCommand(program.name())).addCommand(askedCommand(program), { hidden: true })
}

function printingCommand(name: string): Command {
  return new Command('completion')
    .description('Prints a script that completes commands, options and values in your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, name))
    })
}

/** One line for each word that fits, with a tab and what it is; or one that says that the shell knows better. */
function askedCommand(program: Command): Command {
  return new Command('complete')
    .argument('[words...]')
    .exitOverride()
    .action((words: string[]) => {
      const offer = offerFor(program, words)
      const lines =
        offer.kind === 'words' ? offer.words.map(({ word, about }) => `${word}\t${about}`) : [`:${offer.kind}`]
      process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    })
}

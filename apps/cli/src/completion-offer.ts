import type { Argument, Command, Option } from 'commander'

/** What may stand in the place of a word; for names of files the shell itself knows best. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly OfferedWord[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }

interface OfferedWord {
  readonly word: string
  readonly about: string
}

/**
 * What a program offers for the last of the words that were typed behind its name. It follows from the program itself, so that it cannot be out
 * of date.
 *
 * @param typed - the last one may be empty
 */
export function offerFor(program: Command, typed: readonly string[]): Offer {
  // bash makes three words of --order=newest.
  const words = typed
    .map((word) => (word === '=' ? '' : word))
    .filter((word, index) => word !== '' || index === typed.length - 1)
  const last = words.at(-1) ?? ''
  const { command, positionals, open } = placeOf(program, words.slice(0, -1))
  if (open !== null) return valuesOf(open, '', last)
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? []
  const assigned = flag === undefined ? undefined : optionOf(command, flag)
  if (flag !== undefined && value !== undefined)
    return assigned?.required === true ? valuesOf(assigned, `${flag}=`, value) : NOTHING
  const help = command.createHelp()
  if (last.startsWith('-'))
    return fitting(
      help
        .visibleOptions(command)
        .map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description })),
      last,
    )
  const commands = help.visibleCommands(command).map((one) => ({ word: one.name(), about: one.description() }))
  const argument =
    command.registeredArguments[positionals] ?? command.registeredArguments.findLast(({ variadic }) => variadic)
  if (commands.length > 0 && positionals === 0) return fitting(commands, last)
  return argument === undefined ? NOTHING : valuesOf(argument, '', last)
}

const NOTHING: Offer = { kind: 'words', words: [] }

interface Place {
  readonly command: Command
  /** Arguments of the command that stand already. */
  readonly positionals: number
  /** The option whose value comes next. */
  readonly open: Option | null
}

function placeOf(program: Command, words: readonly string[]): Place {
  return words.reduce<Place>(
    ({ command, positionals, open }, word) => {
      if (open !== null) return { command, positionals, open: null }
      if (word.startsWith('-')) {
        const option = optionOf(command, word)
        return { command, positionals, open: option?.required === true ? option : null }
      }
      const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
      return below === undefined
        ? { command, positionals: positionals + 1, open }
        : { command: below, positionals: 0, open }
    },
    { command: program, positionals: 0, open: null },
  )
}

function optionOf({ options }: Command, flag: string): Option | undefined {
  return options.find(({ short, long }) => flag === short || flag === long)
}

/** The choices of a value; of others its name in the help says whether it is a place. */
function valuesOf(wanted: Option | Argument, prefix: string, typed: string): Offer {
  const called = 'flags' in wanted ? wanted.flags : `<${wanted.name()}>`
  if (called.includes('<dir>')) return { kind: 'folders' }
  if (/<(?:file|old|new)>/.test(called)) return { kind: 'files' }
  const choices = wanted.argChoices ?? []
  return fitting(
    choices.map((choice) => ({ word: `${prefix}${choice}`, about: '' })),
    `${prefix}${typed}`,
  )
}

function fitting(offered: readonly OfferedWord[], typed: string): Offer {
  return { kind: 'words', words: offered.filter(({ word }) => word.startsWith(typed)) }
}

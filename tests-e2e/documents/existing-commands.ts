import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { runCommand } from '../test/harness/command-run.ts'
import { run } from '../test/harness/run-program.ts'
import { ROOT } from './document-commands.ts'

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')))

/** What npm runs by this name, or `undefined`. */
export function npmScript(name: string): string | undefined {
  return scripts[name]
}

const helps = new Map<string, Promise<string>>()

/**
 * What a command names and the program does not have: a script of npm, a file, a command of `risk-manager`, an option. Nothing is run but
 * `--help`. Of other programs nothing is known.
 */
export async function missingIn(text: string): Promise<readonly string[]> {
  const words = wordsOf(text)
  const files = words.filter((word) => /\.(js|mjs|test\.ts)$/.test(word))
  const missing = files.filter((file) => !['', 'tests-e2e'].some((folder) => existsSync(path.join(ROOT, folder, file))))
  const [program = '', ...rest] = words
  if (program === 'risk-manager') return [...missing, ...(await missingOfCli(rest))]
  if (program === 'node' && rest[0] !== undefined) return [...missing, ...(await missingOfNode(rest[0], rest.slice(1)))]
  if (program !== 'npm') return missing
  const name = rest[0] === 'run' ? rest.find((word, index) => index > 0 && !word.startsWith('-')) : rest[0]
  if (name === undefined || npmScript(name) === undefined) return [...missing, `npm script ${name}`]
  if (name !== 'start') return missing
  return [...missing, ...(await missingOfCli(['start', ...rest.slice(1).filter((word) => word !== '--')]))]
}

async function missingOfCli(words: readonly string[]): Promise<readonly string[]> {
  const named: string[] = []
  let help = await helpOf(named)
  for (const word of words) {
    const commands = help.split('\nCommands:\n')[1] ?? ''
    if (!new RegExp(`^  ${RegExp.escape(word)}\\b`, 'm').test(commands)) break
    named.push(word)
    help = await helpOf(named)
  }
  const isUnfinished = help.includes('\nCommands:\n') && named.at(-1) !== 'env'
  const rest = words.slice(named.length)
  const unknown = isUnfinished && rest[0] !== undefined && !rest[0].startsWith('-') ? [`command ${rest[0]}`] : []
  return [...unknown, ...missingOptions(rest, help)]
}

async function missingOfNode(file: string, words: readonly string[]): Promise<readonly string[]> {
  // The bootstrap takes what follows --exec for the program's own.
  if (file.includes('bootstrap')) {
    const program = words.indexOf('--exec') + 1
    return missingOfNode(words[program] ?? '', words.slice(program + 1))
  }
  const { stdout } = await run(process.execPath, [path.join(ROOT, file), '--help'])
  return missingOptions(words, stdout)
}

function missingOptions(words: readonly string[], help: string): readonly string[] {
  const options = words.filter((word) => /^--?[a-z]/.test(word))
  return options.filter((option) => !new RegExp(`(^|[ ,])${option}\\b`, 'm').test(help)).map((one) => `option ${one}`)
}

function helpOf(named: readonly string[]): Promise<string> {
  const key = named.join(' ')
  const known = helps.get(key) ?? runCommand([...named, '--help']).then(({ stdout }) => stdout)
  helps.set(key, known)
  return known
}

/** Words as a shell makes them, without variables in front; brackets of a synopsis are dropped. */
function wordsOf(text: string): readonly string[] {
  const plain = text
    .replace(/^(cd \S+ && )?([A-Z_]+=\S+ )*/, '')
    .replace('npm run -s risk-manager -- ', 'risk-manager ')
  return [...plain.replaceAll(/[[\]]/g, '').matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word)
}

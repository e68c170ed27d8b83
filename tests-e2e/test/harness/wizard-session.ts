import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { awaitCondition, awaitEnd } from './await-condition.ts'
import { CLI, plainEnvironment } from './built-program.ts'
import type { CommandRun } from './command-run.ts'

/** What a person answers when the last line on the screen contains the question. */
export interface Answer {
  readonly question: string
  /** Nothing is Enter alone. */
  readonly typed: string
}

/** Runs `risk-manager init` as a person does: each answer is typed when its question is there. Then the input ends. */
export async function runWizard(words: readonly string[], answers: readonly Answer[]): Promise<CommandRun> {
  const child = spawn(process.execPath, [CLI, 'init', ...words], { env: plainEnvironment(), stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const closed = once(child, 'close')
  try {
    let read = 0
    for (const { question, typed } of answers) {
      const explain = () => `${stdout}${stderr}`
      await awaitCondition(
        `question: ${question}`,
        () => stdout.slice(read).includes(question) && stdout.endsWith(': '),
        { explain },
      )
      read = stdout.length
      child.stdin.write(`${typed}\n`)
    }
    child.stdin.end()
    const [code] = await awaitEnd('end of the wizard', closed, { explain: () => `${stdout}${stderr}` })
    return { code: code as number | null, stdout, stderr }
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL')
  }
}

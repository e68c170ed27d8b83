import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CLI, plainEnvironment } from './built-program.ts'
import { API_KEY, USER_NAME } from './daemon-process.ts'

export interface CommandRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface CommandStart {
  readonly environment?: Readonly<Record<string, string>>
  /** What is typed into it, all at once. */
  readonly input?: string
  /** Number of another user of the machine, and of his group: only root may be somebody else. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** Runs `risk-manager` as an operator does, with the credentials that a stage's gateway knows. */
export async function runCommand(words: readonly string[], start: CommandStart = {}): Promise<CommandRun> {
  const child = spawn(process.execPath, [CLI, ...words], {
    env: { ...plainEnvironment(), PROJECTX_USERNAME: USER_NAME, PROJECTX_API_KEY: API_KEY, ...start.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...start.user,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(start.input ?? '')
  const [code] = await once(child, 'close')
  return { code: code as number | null, stdout, stderr }
}

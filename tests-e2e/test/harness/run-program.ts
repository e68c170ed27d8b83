import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { plainEnvironment } from './built-program.ts'

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly stdio?: StdioOptions
  /** What it reads. */
  readonly input?: string
}

/** A program until its end; the gateway of the test goes on meanwhile. */
export async function run(program: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { stdio = 'pipe', input = '' } = surroundings
  const child = spawn(program, args, { env: plainEnvironment(), stdio })
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream)))
  child.stdin?.end(input)
  const [status] = await once(child, 'close')
  return { status: status as number | null, stdout: (await stdout) ?? '', stderr: (await stderr) ?? '' }
}

import { spawn } from 'node:child_process'
import { EXIT_CODES } from '@rm/runtime-pack'
import { paint } from '@rm/runtime-pack/terminal'

/** A program of Node that is run with this terminal. */
export interface Step {
  readonly name: string
  readonly words: readonly string[]
}

/** Runs it to its end, and gives its exit code; an end by a signal is an exception. */
export async function runStep({ words }: Step): Promise<number> {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', reject)
  child.once('close', (code) => resolve(code ?? EXIT_CODES.exception))
  return promise
}

/** Runs one after the other and stops at the first that fails; its exit code is the result. */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  for (const [index, step] of steps.entries()) {
    process.stdout.write(`${paint('bold', `[${index + 1}/${steps.length}] ${step.name}`)}\n`)
    const code = await runStep(step)
    if (code === EXIT_CODES.success) continue
    process.stdout.write(`${paint('red', `FAILED: ${step.name} ended with ${code}.`)}\n`)
    return code
  }
  process.stdout.write(`${paint('green', `PASSED: ${steps.map(({ name }) => name).join(', ')}.`)}\n`)
  return EXIT_CODES.success
}

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

/** How a program ended: its exit code, or 128 + the signal's number as a shell tells it. */
export type ExitCode = number

/** A program of ours that runs as a direct child and is ended by its own process id. */
export class ChildProgram {
  /** The program's exit code, once it has ended. */
  readonly ended: Promise<ExitCode>
  readonly #child: ChildProcess

  /** @param onLine - gets each line of standard output; standard error goes to ours */
  constructor(
    entry: string,
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>>,
    onLine: (line: string) => void,
  ) {
    this.#child = spawn(process.execPath, [entry, ...args], {
      // What somebody sets for other programs of Node is not for these (reliability X-08).
      env: { ...process.env, NODE_OPTIONS: undefined, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
      // A group of its own: Ctrl-C reaches us alone, and we end the programs in order.
      detached: process.platform !== 'win32',
    })
    const exited = Promise.withResolvers<ExitCode>()
    this.ended = exited.promise
    this.#child.once('error', exited.reject)
    this.#child.once('exit', (code, signal) => exited.resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)))
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', onLine)
  }

  /** Asks the program to stop and waits; kills it when it does not within the time. */
  async stop(patienceMs: number): Promise<ExitCode> {
    this.#child.kill('SIGTERM')
    const patience = new AbortController()
    const late = pause(patienceMs, 'late' as const, { signal: patience.signal }).catch(() => 'in time' as const)
    const first = await Promise.race([this.ended, late])
    patience.abort()
    if (first === 'late') this.#child.kill('SIGKILL')
    return this.ended
  }
}

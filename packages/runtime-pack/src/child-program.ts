import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

/** How a program of ours is started. */
export interface ProgramStart {
  readonly entry: string
  readonly args: readonly string[]
  /** Added to this process's own environment; `undefined` takes a variable out. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Gets each line of standard output. */
  readonly onLine: (line: string) => void
  /** Gets each line of standard error; without it they go to ours. */
  readonly onErrorLine?: (line: string) => void
  /** Gets what the program says over the channel to its parent; without it there is no channel. */
  readonly onWord?: (word: unknown) => void
}

/** A program of ours that runs as a direct child and is ended by its own process id. */
export class ChildProgram {
  /** The exit code once it has ended and its output is read; 128 + the signal's number as a shell tells it. */
  readonly ended: Promise<number>
  readonly #child: ChildProcess

  constructor({ entry, args, environment, onLine, onErrorLine, onWord }: ProgramStart) {
    this.#child = spawn(process.execPath, [entry, ...args], {
      // What somebody sets for other programs of Node is not for these (reliability X-08).
      env: { ...process.env, NODE_OPTIONS: undefined, ...environment },
      stdio: [
        'pipe',
        'pipe',
        onErrorLine === undefined ? 'inherit' : 'pipe',
        ...(onWord === undefined ? [] : (['ipc'] as const)),
      ],
      // A group of its own: Ctrl-C reaches us alone, and we end the programs in order.
      detached: process.platform !== 'win32',
    })
    const exited = Promise.withResolvers<number>()
    this.ended = exited.promise
    this.#child.once('error', exited.reject)
    this.#child.once('close', (code, signal) => exited.resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15)))
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', onLine)
    if (this.#child.stderr !== null && onErrorLine !== undefined)
      createInterface(this.#child.stderr).on('line', onErrorLine)
    if (onWord !== undefined) this.#child.on('message', onWord)
  }

  /** The process id; `null` for a program that could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null
  }

  /** Says something over the channel, if there is one. */
  tell(word: string): void {
    if (this.#child.connected) this.#child.send(word, () => {}) // one that ends meanwhile hears nothing
  }

  /** Asks the program to stop and waits; kills it when it does not within the time. */
  async stop(patienceMs: number): Promise<number> {
    this.#child.kill('SIGTERM')
    const patience = new AbortController()
    const late = pause(patienceMs, 'late' as const, { signal: patience.signal }).catch(() => 'in time' as const)
    const first = await Promise.race([this.ended, late])
    patience.abort()
    if (first === 'late') this.#child.kill('SIGKILL')
    return this.ended
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A script of this folder as a process of its own, run from source; killed with the test. */
export class ChildScript implements AsyncDisposable {
  readonly pid: number
  readonly lines: AsyncIterator<string>
  readonly #child: ChildProcess

  constructor(script: URL, ...args: readonly string[]) {
    const child = spawn(process.execPath, ['--conditions=@rm/source', fileURLToPath(script), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    if (child.pid === undefined) throw new Error(`${script.pathname} did not start`)
    this.pid = child.pid
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.#child = child
  }

  /** The next line that it wrote. Throws when it ended instead. */
  async line(): Promise<string> {
    const next = await this.lines.next()
    if (next.done === true) throw new Error('the process ended')
    return next.value
  }

  /** Ends it without a chance to say goodbye; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

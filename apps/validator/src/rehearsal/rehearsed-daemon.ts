import path from 'node:path'
import { ControlClient, socketPath } from '@rm/control-api'
import { ChildProgram, type LogLine, readLogLine } from '@rm/runtime-pack'
import { awaitCondition, type Patience } from './await-condition.ts'

export interface DaemonStart {
  /** The built program. */
  readonly entry: string
  readonly configDirectory: string
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

const STOP_MS = 8_000
const ERROR_LINES_MAX = 50

/** The real daemon as a process, with what it writes and what it answers. */
export class RehearsedDaemon implements AsyncDisposable {
  readonly lines: LogLine[] = []
  readonly client: ControlClient
  readonly dataDirectory: string
  readonly #program: ChildProgram
  readonly #errorLines: string[] = []
  #endedWith: number | null = null

  constructor({ entry, configDirectory, dataDirectory, environment }: DaemonStart) {
    this.dataDirectory = dataDirectory
    this.client = new ControlClient(socketPath(path.join(dataDirectory, 'control'), 'admin'))
    this.#program = new ChildProgram({
      entry,
      args: ['--config', configDirectory, '--data', dataDirectory],
      environment,
      onLine: (text) => {
        const line = readLogLine(text)
        if (line !== null) this.lines.push(line)
      },
      onErrorLine: (line) => {
        this.#errorLines.push(line)
        if (this.#errorLines.length > ERROR_LINES_MAX) this.#errorLines.shift()
      },
    })
    void this.#program.ended.then((code) => (this.#endedWith = code))
  }

  /** Throws when the daemon could not be started. */
  get pid(): number {
    const { pid } = this.#program
    if (pid === null) throw new Error('the daemon could not be started')
    return pid
  }

  /** Until every account was read and is judged. Throws with what the daemon said when it ends instead. */
  async trusted(accountIds: readonly number[], patience: Patience): Promise<void> {
    await this.awaitLine('a running event loop', ({ msg }) => msg.includes('Event loop running'), patience)
    const isSettled = async (): Promise<boolean> => {
      const { accounts } = await this.client.call('report', {})
      const settled = accounts.filter(({ word }) => word !== 'UNTRUSTED' && word !== 'RECONCILING').map(({ id }) => id)
      return accountIds.every((id) => settled.some((one) => one === id))
    }
    await this.awaiting('the first reading of every account', isSettled, patience)
  }

  /** Until a line of the log fits, of those that were written already too. */
  awaitLine(what: string, fits: (line: LogLine) => boolean, patience: Patience): Promise<LogLine> {
    return this.awaiting(what, () => this.lines.find(fits), patience)
  }

  /** As `awaitCondition`, given up at once when the daemon is gone. */
  awaiting<Seen>(
    what: string,
    look: () => Seen | null | undefined | false | Promise<Seen | null | undefined | false>,
    patience: Patience,
  ): Promise<Seen> {
    return awaitCondition(
      what,
      () => {
        if (this.#endedWith !== null) throw new Error(`the daemon ended with ${this.#endedWith}: ${this.lastWords()}`)
        return look()
      },
      patience,
    )
  }

  /** The newest errors and warnings, and what stands on standard error. */
  lastWords(): string {
    const logged = this.lines.filter(({ level }) => level === 'ERROR' || level === 'WARNING').map(({ msg }) => msg)
    return [...logged.slice(-3), ...this.#errorLines.slice(-5)].join(' | ')
  }

  /** Asks it to stop. @returns its exit code */
  stop(): Promise<number> {
    return this.#program.stop(STOP_MS)
  }

  /** SIGKILL: no chance to say or write anything. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL')
    await this.#program.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]()
    await this.#program.stop(STOP_MS)
  }
}

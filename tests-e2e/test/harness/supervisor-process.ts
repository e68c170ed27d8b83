import path from 'node:path'
import { FAULTY_SUPERVISOR, SUPERVISOR } from './built-program.ts'
import { DaemonProcess, type DaemonStart } from './daemon-process.ts'
import { type LogLine, LogReader } from './log-reader.ts'

/** The real supervisor, with the daemons that it starts. `log` is theirs. */
export class SupervisorProcess extends DaemonProcess {
  /** What the supervisor itself tells. */
  readonly story: LogReader

  constructor(start: DaemonStart) {
    super(start, { plain: SUPERVISOR, faulty: FAULTY_SUPERVISOR })
    this.story = new LogReader(path.join(start.dataDirectory, 'logs', 'supervisor.log'))
  }

  /** The start of a daemon by its number, from 1. */
  started(number: number, withinMs?: number): Promise<LogLine> {
    return this.#told('daemon-started', number, withinMs)
  }

  /** The end of a daemon by its number, from 1. */
  daemonEnded(number: number, withinMs?: number): Promise<LogLine> {
    return this.#told('daemon-ended', number, withinMs)
  }

  get daemonPid(): number {
    const pid = this.#all('daemon-started').at(-1)?.['pid']
    if (typeof pid !== 'number') throw new Error('no daemon was started yet')
    return pid
  }

  signalDaemon(signal: NodeJS.Signals): void {
    process.kill(this.daemonPid, signal)
  }

  async #told(event: string, number: number, withinMs?: number): Promise<LogLine> {
    const isThere = (): boolean => this.#all(event).length >= number
    await this.story.awaitLine(`${event}, number ${number}`, isThere, withinMs)
    return this.#all(event)[number - 1] as LogLine
  }

  #all(event: string): readonly LogLine[] {
    return this.story.lines().filter((line) => line.event === event)
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    // A killed supervisor would leave its daemon behind.
    if (!this.hasEnded) await this.stop()
  }
}

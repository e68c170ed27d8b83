import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { type Fault, FAULT_VARIABLE } from '../../faulty-daemon/fault.ts'
import { awaitEnd } from './await-condition.ts'
import { DAEMON, FAULTY_DAEMON, plainEnvironment } from './built-program.ts'
import { LogReader } from './log-reader.ts'

export const API_KEY = 'practice-key-e2e-5f1c'
export const USER_NAME = 'practice-trader'

export interface DaemonStart {
  readonly configDirectory: string
  readonly dataDirectory: string
  readonly environment?: Readonly<Record<string, string>>
  /** What stands on the command line instead of the two folders. */
  readonly commandLine?: readonly string[]
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[]
  /** The most descriptors that the process may have; the machine's own limit unless said. */
  readonly descriptors?: number
  /** What goes wrong inside: then the test build of the daemon is started. */
  readonly fault?: Fault
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The program that is started, as it is and with a fault in it. */
export interface Programs {
  readonly plain: string
  readonly faulty: string
}

/** The real daemon, started as an operator starts it. Killed with the test, if it still runs then. */
export class DaemonProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly log: LogReader
  readonly exit: Promise<Exit>
  #stdout = ''
  #stderr = ''
  #hasEnded = false

  constructor(
    { configDirectory, dataDirectory, environment, commandLine, nodeFlags = [], descriptors, fault }: DaemonStart,
    programs: Programs = { plain: DAEMON, faulty: FAULTY_DAEMON },
  ) {
    this.log = new LogReader(path.join(dataDirectory, 'logs', 'risk_manager.log'))
    const line = commandLine ?? ['--config', configDirectory, '--data', dataDirectory]
    const faulty = fault === undefined ? {} : { [FAULT_VARIABLE]: JSON.stringify(fault) }
    const program = fault === undefined ? programs.plain : programs.faulty
    const words = [process.execPath, ...nodeFlags, program, ...line]
    // Only a shell can lower the limit of what it becomes; Node raises the soft one to the hard one.
    const limited =
      descriptors === undefined ? words : ['/bin/sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...words]
    const [first = '', ...rest] = limited
    this.child = spawn(first, rest, {
      env: {
        ...plainEnvironment(),
        PROJECTX_USERNAME: USER_NAME,
        PROJECTX_API_KEY: API_KEY,
        ...faulty,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.exit = once(this.child, 'close').then(([code, signal]) => {
      this.#hasEnded = true
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }
    })
  }

  get pid(): number {
    const { pid } = this.child
    if (pid === undefined) throw new Error('the daemon could not be started')
    return pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Until the event loop runs. */
  async running(): Promise<this> {
    const failed = this.exit.then(({ code, signal }) => {
      throw new Error(`the daemon ended with ${code ?? signal}\n${this.#stderr}\n${this.log.tail()}`)
    })
    failed.catch(() => undefined)
    await Promise.race([this.log.awaitMessage('✅ Event loop running'), failed])
    return this
  }

  /** Until it has ended by itself. */
  ended(): Promise<Exit> {
    return awaitEnd('end of the daemon', this.exit, { explain: () => `${this.#stderr}\n${this.log.tail()}` })
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Asks it to stop, and waits until it has. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal)
    return this.ended()
  }

  /** SIGKILL: no chance to say or write anything. */
  kill(): Promise<Exit> {
    this.signal('SIGKILL')
    return this.ended()
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) await this.kill()
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { DaemonOptions } from './command-line.ts'
import type { DaemonStage } from './progress-beat.ts'
import type { RunEnd, StartMode } from './restart-plan.ts'
import { LOOK_MS, LOOP_LIMITS, StallCount, START_LIMITS } from './stall-count.ts'
import { monotonicMs } from './system-clock.ts'

/** A graceful stop takes less than five seconds (reliability P-01). */
const STOP_MS_MAX = 8_000

const LAST_WORD_MS = 1_000

/** One run of the daemon as a child process, ended when it makes no progress (reliability P-05). */
export class SupervisedDaemon {
  readonly ended: Promise<RunEnd & { readonly signal: NodeJS.Signals | null; readonly ranMs: number }>
  readonly #child: ChildProcess
  #beats = 0
  #stage: DaemonStage = 'starting'
  #count = new StallCount(0, monotonicMs(), START_LIMITS)
  #isStalled = false
  #refusal: string | null = null

  constructor({ configDirectory, dataDirectory, passphraseFile }: DaemonOptions, mode: StartMode) {
    const startedMs = monotonicMs()
    const main = fileURLToPath(new URL('./main.js', import.meta.url))
    const passphrase = passphraseFile === null ? [] : ['--passphrase-file', passphraseFile]
    const safe = mode === 'safe' ? ['--safe-boot'] : []
    const words = ['--config', configDirectory, '--data', dataDirectory, ...passphrase, ...safe]
    // What Node itself was told holds for the daemon too, such as --disable-sigusr1.
    const line = [...process.execArgv, main, ...words]
    this.#child = spawn(process.execPath, line, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (message) => this.#hear(message))
    const looks = setInterval(() => this.#look(), LOOK_MS)
    const { promise, resolve } = Promise.withResolvers<Awaited<SupervisedDaemon['ended']>>()
    this.ended = promise
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      const ranMs = Math.round(monotonicMs() - startedMs)
      resolve({ mode, code, signal, ranMs, isStalled: this.#isStalled, refusal: this.#refusal })
    }
    this.#child.once('exit', (code, signal) => {
      clearInterval(looks)
      if (!this.#child.connected) {
        end(code, signal)
        return
      }
      // Its last word may still be on the way.
      this.#child.once('disconnect', () => end(code, signal))
      setTimeout(end, LAST_WORD_MS, code, signal)
    })
    this.#child.on('error', (error) => {
      if (this.#child.pid !== undefined) return
      // A machine that has no memory or no process left: no fault of the daemon, and it passes.
      clearInterval(looks)
      this.#refusal = error.message
      end(EXIT_CODES.environment, null)
    })
  }

  /** `undefined`: the system could not start one. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Asks it to stop; kills it when it does not in time. */
  async stop(): Promise<void> {
    this.signal('SIGTERM')
    const patience = setTimeout(() => this.signal('SIGKILL'), STOP_MS_MAX)
    await this.ended
    clearTimeout(patience)
  }

  #hear(message: unknown): void {
    if (typeof message !== 'object' || message === null) return
    if ('refusal' in message && typeof message.refusal === 'string') this.#refusal = message.refusal
    if (!('stage' in message)) return
    this.#beats += 1
    const stage: DaemonStage = message.stage === 'running' ? 'running' : 'starting'
    if (stage === this.#stage) return
    this.#stage = stage
    this.#count = new StallCount(this.#beats, monotonicMs(), LOOP_LIMITS)
  }

  #look(): void {
    if (this.#count.look(this.#beats, monotonicMs()) !== 'end') return
    this.#isStalled = true
    // One that is stopped takes no other signal.
    this.signal('SIGKILL')
  }
}

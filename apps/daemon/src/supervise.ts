import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { DaemonOptions } from './command-line.ts'
import { configFingerprint } from './config-fingerprint.ts'
import { watchConfig } from './config-watch.ts'
import { HEALTHY_MS, type NextStep, RestartPlan, type StartMode } from './restart-plan.ts'
import { pingServiceManager } from './service-ping.ts'
import { SupervisedDaemon } from './supervised-daemon.ts'
import { SupervisorLog } from './supervisor-log.ts'
import { monotonicMs } from './system-clock.ts'

const DIES = 'daemon-dies'
/** So often a daemon in safe mode is stopped to see whether the normal one lives again, also if no file has changed. */
const TRIAL_MS = 15 * 60_000

/**
 * Keeps a daemon running: starts it, starts it again whenever it ends, and ends it when it stands still (reliability P-05, P-11). It reads no
 * configuration and knows no account, so that little in it can fail.
 *
 * @returns the exit code: 0 after a stop that was asked for
 */
export async function supervise(options: DaemonOptions): Promise<number> {
  const supervisor = new Supervisor(options)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => supervisor.stop())
  process.on('SIGHUP', () => supervisor.reload())
  return supervisor.run()
}

class Supervisor {
  readonly #options: DaemonOptions
  readonly #log: SupervisorLog
  readonly #plan = new RestartPlan()
  readonly #stop = new AbortController()
  /** Aborted, and replaced, when it is worth to try: files of the configuration have changed. */
  #change = new AbortController()
  #daemon: SupervisedDaemon | null = null

  constructor(options: DaemonOptions) {
    this.#options = options
    this.#log = new SupervisorLog(options.dataDirectory)
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Passed on: a terminal that goes away ends neither of the two. */
  reload(): void {
    this.#daemon?.signal('SIGHUP')
  }

  async run(): Promise<number> {
    void this.#watchFiles()
    pingServiceManager(process.env, (reason) => {
      this.#log.tell('error', `systemd cannot be pinged: ${reason}`, { event: 'service-ping-failed' })
    })
    let next: NextStep = this.#plan.first()
    while (next.kind === 'start') {
      await this.#rest(next.pauseMs)
      if (this.#stop.signal.aborted) return EXIT_CODES.success
      next = await this.#runOnce(next.mode)
    }
    return next.code
  }

  /** A changed file may be what mends it. */
  async #rest(ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.#change.signal])
    await pause(ms, null, { signal }).catch(() => null)
  }

  async #runOnce(mode: StartMode): Promise<NextStep> {
    const daemon = new SupervisedDaemon(this.#options, mode)
    this.#daemon = daemon
    const { pid } = daemon
    this.#log.tell('info', `Process ${pid} is the daemon, ${mode} mode`, { event: 'daemon-started', pid, mode })
    const healthy = setTimeout(() => this.#tellHealth(mode), HEALTHY_MS)
    const isSafe = mode === 'safe'
    const trial = setTimeout(() => this.#noticeChange(), TRIAL_MS)
    const interruption = AbortSignal.any(isSafe ? [this.#stop.signal, this.#change.signal] : [this.#stop.signal])
    interruption.addEventListener('abort', () => void daemon.stop())
    const end = await daemon.ended
    clearTimeout(healthy)
    clearTimeout(trial)
    this.#daemon = null
    if (this.#stop.signal.aborted) {
      this.#log.tell('info', 'Stopped, as asked', { event: 'stopped', code: end.code, signal: end.signal })
      return { kind: 'end', code: end.code ?? EXIT_CODES.exception }
    }
    const next = interruption.aborted ? this.#plan.trial() : this.#plan.after(end)
    this.#tellEnd({ ...end, pid }, next)
    return next
  }

  #tellEnd(end: Awaited<SupervisedDaemon['ended']> & { readonly pid: number | undefined }, next: NextStep): void {
    const how = end.isStalled ? 'was ended, as it made no progress' : `ended with ${end.code ?? end.signal}`
    const then = next.kind === 'end' ? 'that is the end' : `the next starts in ${next.pauseMs / 1_000} s`
    this.#log.tell('error', `Process ${end.pid} ${how}; ${then}`, { event: 'daemon-ended', ...end, next })
    if (next.kind === 'end') return
    if (end.isStalled) this.#alarm('daemon-stalled', 'the daemon made no progress for 10 s and was started anew')
    if (next.isToBeTold) {
      this.#alarm(DIES, `the daemon died ${next.deaths} times in a row; it is started again for ever`)
    }
    if (next.mode === 'safe' && end.mode === 'normal') {
      this.#alarm(
        'safe-boot',
        'the daemon dies again and again; it starts in safe mode: no rule judges, what is locked stays locked, and every account may only reduce',
      )
    }
  }

  #alarm(alert: string, text: string): void {
    this.#log.tell('fatal', `Alert: ${text}`, { event: 'alert', alert, severity: 'critical' })
  }

  #tellHealth(mode: StartMode): void {
    if (this.#plan.healthy(mode) === 'as before') return
    const facts = { event: 'alert-over', alert: DIES }
    this.#log.tell('info', `Alert over: ${DIES}: the daemon runs for ${HEALTHY_MS / 1_000} s`, facts)
  }

  async #watchFiles(): Promise<void> {
    const { configDirectory: directory } = this.#options
    watchConfig({
      directory,
      fingerprint: await configFingerprint(directory).catch(() => ''),
      monotonic: monotonicMs,
      onChange: () => this.#noticeChange(),
      onTrouble: (error) => {
        const reason = error instanceof Error ? error.message : String(error)
        this.#log.tell('warn', `The configuration folder cannot be looked at: ${reason}`, { event: 'config-unwatched' })
      },
    })
  }

  #noticeChange(): void {
    this.#change.abort()
    this.#change = new AbortController()
  }
}

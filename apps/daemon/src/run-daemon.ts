import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { RmError } from '@rm/domain'
import { EXIT_CODES, type ExitCode, exitCodeOf } from '@rm/runtime-pack'
import { boot } from './boot.ts'
import type { Running } from './boot-stages.ts'
import { type DaemonOptions, readCommandLine } from './command-line.ts'
import { FigureTeller } from './figure-teller.ts'
import { logFailure } from './line-queue.ts'
import { missingModule } from './missing-module.ts'
import { ProgressBeat } from './progress-beat.ts'
import { ConfigurationRefused } from './starting-config.ts'

/** A graceful stop ends within five seconds; what is still under way then is resumed by the next start. */
const SETTLE_MS_MAX = 3_500

/**
 * The life of the process: start, wait for a signal, stop. Ends the process with its exit code.
 *
 * @param start - {@link boot}; a test build puts faults around the ports in between
 */
export async function runDaemon(
  argv: readonly string[],
  start: (options: DaemonOptions) => Promise<Running> = boot,
): Promise<void> {
  const options = readCommandLine(argv)
  if ('exitCode' in options) {
    process.exitCode = options.exitCode
    return
  }
  // Decisions, logs and the database are nobody else's business (reliability 4.2).
  process.umask(0o077)
  const stopRequested = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopRequested.resolve(signal))
  // A terminal that goes away must not take the protection with it (reliability P-03); while the program starts there is nothing to reload.
  const reload: { now: (() => void) | null } = { now: null }
  process.on('SIGHUP', () => reload.now?.())
  // Node would open its debugger to whoever may send signals (reliability P-04).
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {})
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  const beat = new ProgressBeat()
  beat.start()
  const teller = new FigureTeller()
  let running: Running
  try {
    const stopped = stopRequested.promise.then(() => null)
    const booted = await Promise.race([start(options), stopped])
    if (booted === null) process.exit(EXIT_CODES.success)
    running = booted
    beat.running()
    teller.running(booted.figures)
  } catch (error) {
    if (error instanceof RmError) beat.refused(error.code)
    process.exit(tellFailure(error))
  }
  const crash = (error: unknown): void => {
    logFailure(running.lines, 'The program ends', error)
    process.exit(EXIT_CODES.exception)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  reload.now = () => running.reload('SIGHUP')
  const ordered = running.stopOrdered.then(() => 'an order of the administrator' as const)
  await stop(running, await Promise.race([stopRequested.promise, ordered]))
  process.exit(EXIT_CODES.success)
}

/** Stop intake, settle or record what is in flight, close hubs, flush, close the store. */
async function stop(running: Running, signal: string): Promise<void> {
  const { config, kernel, gateway, store, leases, lines, figures, auditAnchor, alerts } = running
  const stopping = `Stopping after ${signal}; lockouts stay in force`
  lines.add({ level: 'warn', message: stopping, topic: null, facts: { event: 'stopping', signal } })
  running.stopIntake()
  await Promise.race([Promise.all([kernel.stop(), running.control.close()]), pause(SETTLE_MS_MAX)])
  await Promise.race([gateway.stop(), pause(SETTLE_MS_MAX / 4)])
  const facts = {
    event: 'run-summary',
    ...figures.summary(kernel.states(), config.general.timeZone),
    setAside: gateway.counts,
    lostLogWrites: lines.lostWrites,
  }
  lines.add({ level: 'info', message: 'Summary of this run', topic: null, facts })
  const now = gateway.clock.now()
  store.audit([{ actor: 'daemon', action: 'daemon-stopped', subject: `run ${store.epoch}`, detail: { signal } }], now)
  await auditAnchor.stop()
  store.endRun(EXIT_CODES.success, now)
  await running.copies.stop()
  await alerts.stop()
  store.close()
  leases?.release()
  lines.add({ level: 'info', message: 'Stopped', topic: null, facts: { event: 'stopped' } })
  lines.flush()
}

function tellFailure(error: unknown): ExitCode {
  if (error instanceof ConfigurationRefused) {
    process.stderr.write(`${error.message}\n`)
    return EXIT_CODES.configuration
  }
  if (error instanceof RmError) {
    const details = Object.keys(error.details).length === 0 ? '' : `\n  ${JSON.stringify(error.details)}`
    process.stderr.write(`${error.code}: ${error.message}\n  ${error.remedy}${details}\n`)
    return exitCodeOf(error.failure)
  }
  const missing = missingModule(error)
  if (missing !== null) {
    process.stderr.write(`${missing}\n`)
    return EXIT_CODES.environment
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT_CODES.exception
}

import { setTimeout as pause } from 'node:timers/promises'
import { type CheckpointId, checkpointOf } from './checkpoint.ts'
import { CHECKPOINT_ADVICE, NO_CHECKPOINT_ADVICE } from './checkpoint-advice.ts'
import { ChildProgram } from './child-program.ts'
import { codeOf, EXIT_ADVICE, type Outcome, outcomeOf } from './exit-advice.ts'
import type { ExitCode } from './exit-code.ts'
import { type LogLine, readLogLine } from './log-line.ts'
import { monotonicMs } from './system-clock.ts'

export interface SmokeOptions {
  /** The built program of the daemon. */
  readonly daemon: string
  readonly configDirectory: string
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** From the start of the process to the first event. */
  readonly withinMs: number
  readonly onCheckpoint: (reached: ReachedCheckpoint) => void
}

/** A checkpoint that was passed for the first time. */
export interface ReachedCheckpoint {
  readonly id: CheckpointId
  readonly message: string
  /** Since the start of the process. */
  readonly afterMs: number
}

export interface SmokeReport {
  readonly outcome: Exclude<Outcome, 'usage'>
  readonly exitCode: ExitCode
  readonly reached: readonly ReachedCheckpoint[]
  /** The last one of them; `null`: none. */
  readonly last: CheckpointId | null
  /** What to look at next; `null` after a success. */
  readonly advice: string | null
  /** What the daemon wrote to standard error. */
  readonly errorLines: readonly string[]
}

/** A graceful stop ends within five seconds. */
const STOP_MS = 8_000
/** The end of standard error says what is wrong; a daemon that goes mad must not fill the memory. */
const ERROR_LINES_MAX = 200

/**
 * Boots the real daemon, waits until its event loop runs and the first event has come, and stops it again. Meanwhile it is a daemon like any
 * other: it leases its accounts and enforces.
 */
export async function smoke(options: SmokeOptions): Promise<SmokeReport> {
  const startedMs = monotonicMs()
  const reached: ReachedCheckpoint[] = []
  const errorLines: string[] = []
  const isUp = Promise.withResolvers<'up'>()
  const daemon = new ChildProgram({
    entry: options.daemon,
    args: ['--config', options.configDirectory, '--data', options.dataDirectory],
    environment: options.environment,
    onLine: (text) => {
      const line = readLogLine(text)
      const id = line === null ? null : checkpointOf(line.msg)
      if (line === null || id === null || reached.some((one) => one.id === id)) return
      if (id === 'event-received' && !isFromTheAccount(line)) return
      const passed = { id, message: line.msg, afterMs: Math.round(monotonicMs() - startedMs) }
      reached.push(passed)
      options.onCheckpoint(passed)
      if (isRunning(reached)) isUp.resolve('up')
    },
    onErrorLine: (line) => {
      errorLines.push(line)
      if (errorLines.length > ERROR_LINES_MAX) errorLines.shift()
    },
  })
  const patience = new AbortController()
  const late = pause(options.withinMs, 'late' as const, { signal: patience.signal })
  late.catch(() => {})
  try {
    const first = await Promise.race([isUp.promise, late, daemon.ended])
    const endedWith = typeof first === 'number' ? first : await daemon.stop(STOP_MS)
    return { ...verdictOf(first, endedWith, reached), reached, errorLines }
  } finally {
    patience.abort()
  }
}

/**
 * What proves that the gateway tells us about the account: anything but the market's stream, and but the news that something is gone. The
 * restored user stream counts, since an account in which nothing happens has nothing else to tell.
 */
function isFromTheAccount(line: LogLine): boolean {
  const type = line['type']
  if (type === 'stream-restored') return line['stream'] === 'user'
  return typeof type === 'string' && !['stream-lost', 'authentication-lost', 'payload-faulted'].includes(type)
}

function isRunning(reached: readonly ReachedCheckpoint[]): boolean {
  return (['event-loop-running', 'event-received'] as const).every((id) => reached.some((one) => one.id === id))
}

type Verdict = Pick<SmokeReport, 'outcome' | 'exitCode' | 'last' | 'advice'>

function verdictOf(first: 'up' | 'late' | number, endedWith: number, reached: readonly ReachedCheckpoint[]): Verdict {
  const last = reached.at(-1)?.id ?? null
  if (first === 'late') {
    const advice = last === null ? NO_CHECKPOINT_ADVICE : CHECKPOINT_ADVICE[last]
    return { outcome: 'stalled', exitCode: codeOf('stalled'), last, advice }
  }
  const outcome = outcomeOf(endedWith)
  if (outcome === 'success' && first === 'up') return { outcome, exitCode: codeOf(outcome), last, advice: null }
  // An end with 0 before anybody asked for it is none that a daemon should come to, nor is a wrong usage by us.
  const failure = outcome === 'success' || outcome === 'usage' ? 'exception' : outcome
  return { outcome: failure, exitCode: codeOf(failure), last, advice: EXIT_ADVICE[failure] }
}

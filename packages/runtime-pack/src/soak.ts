import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { checkpointOf } from './checkpoint.ts'
import { ChildProgram } from './child-program.ts'
import { DaemonFigures, FIGURES_WISH } from './daemon-figures.ts'
import { codeOf, type Outcome, outcomeOf } from './exit-advice.ts'
import type { ExitCode } from './exit-code.ts'
import { readLogLine } from './log-line.ts'
import { judgeGrowth, type SoakSample, type SoakVerdict } from './soak-verdict.ts'
import { monotonicMs } from './system-clock.ts'

interface SoakOptions {
  /** The built program of the daemon. */
  readonly daemon: string
  readonly configDirectory: string
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string>>
  readonly durationMs: number
  readonly growthBytesMax: number
  /** Lets the traders begin, once the daemon runs. */
  readonly begin: () => Promise<void>
  readonly onSample: (sample: SoakSample) => void
  /** Ends it early; what was seen until then is judged. */
  readonly interrupted: AbortSignal
}

export interface SoakReport {
  /** `success`: the memory stayed within the bound. `exception`: it did not, or the daemon died. */
  readonly outcome: Exclude<Outcome, 'usage'>
  readonly exitCode: ExitCode
  readonly samples: readonly SoakSample[]
  /** `null`: the daemon did not last for one sample. */
  readonly verdict: SoakVerdict | null
}

const STARTUP_MS = 30_000
const STOP_MS = 8_000
/** A daemon that tells no figures for so long stands still. */
const SILENCE_MS = 10_000

const FiguresWord = z.object({ figures: DaemonFigures })

/** Runs the real daemon for a while and watches, once a second, whether something grows. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const recorder = new SampleRecorder(options.dataDirectory, options.onSample)
  const isRunning = Promise.withResolvers<'running'>()
  const daemon = new ChildProgram({
    entry: options.daemon,
    args: ['--config', options.configDirectory, '--data', options.dataDirectory],
    environment: options.environment,
    onLine: (text) => {
      if (checkpointOf(readLogLine(text)?.msg ?? '') === 'event-loop-running') isRunning.resolve('running')
    },
    onWord: (word) => {
      const told = FiguresWord.safeParse(word).data
      if (told !== undefined) recorder.take(told.figures, daemon.pid)
    },
  })
  const over = new AbortController()
  const after = <Word extends string>(ms: number, word: Word, signal = over.signal): Promise<Word> =>
    pause(ms, word, { signal, ref: false }).catch(() => word)
  try {
    const started = await Promise.race([isRunning.promise, daemon.ended, after(STARTUP_MS, 'stalled')])
    if (started !== 'running') return reportOf(started, recorder.samples, options)
    recorder.begin()
    daemon.tell(FIGURES_WISH)
    await options.begin()
    const interruptible = AbortSignal.any([over.signal, options.interrupted])
    const end = await Promise.race([
      after(options.durationMs, 'done', interruptible),
      recorder.silence(over.signal),
      daemon.ended,
    ])
    return reportOf(end === 'done' ? await daemon.stop(STOP_MS) : end, recorder.samples, options)
  } finally {
    over.abort()
    await daemon.stop(STOP_MS)
  }
}

/** What the daemon tells, with what is seen of it from outside. */
class SampleRecorder {
  readonly samples: SoakSample[] = []
  readonly #dataDirectory: string
  readonly #onSample: (sample: SoakSample) => void
  #begunMs = 0
  #last = { atMs: 0, events: 0 }

  constructor(dataDirectory: string, onSample: (sample: SoakSample) => void) {
    this.#dataDirectory = dataDirectory
    this.#onSample = onSample
  }

  begin(): void {
    this.#begunMs = monotonicMs()
    this.#last = { atMs: this.#begunMs, events: 0 }
  }

  take(figures: DaemonFigures, pid: number | null): void {
    const atMs = monotonicMs()
    const { events, ...measured } = figures
    const sample = {
      afterMs: Math.round(atMs - this.#begunMs),
      ...measured,
      descriptors: pid === null ? null : openDescriptors(pid),
      eventsPerSecond: ((events - this.#last.events) * 1_000) / (atMs - this.#last.atMs),
      walBytes: walBytes(this.#dataDirectory),
    }
    this.#last = { atMs, events }
    this.samples.push(sample)
    this.#onSample(sample)
  }

  /** Until nothing was told for too long. */
  async silence(signal: AbortSignal): Promise<'stalled'> {
    let heard = -1
    while (!signal.aborted && heard !== this.samples.length) {
      heard = this.samples.length
      await pause(SILENCE_MS, undefined, { signal, ref: false }).catch(() => {})
    }
    return 'stalled'
  }
}

function reportOf(end: number | 'stalled', samples: readonly SoakSample[], options: SoakOptions): SoakReport {
  const verdict = samples.length === 0 ? null : judgeGrowth(samples, options.growthBytesMax)
  const ended = end === 'stalled' ? end : outcomeOf(end)
  const hasFailed = ended === 'usage' || (ended === 'success' && verdict?.isWithinBound !== true)
  const outcome = hasFailed ? 'exception' : ended
  return { outcome, exitCode: codeOf(outcome), samples, verdict }
}

/** Linux alone tells it without a program of its own. */
function openDescriptors(pid: number): number | null {
  if (process.platform !== 'linux') return null
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return null
  }
}

function walBytes(directory: string): number {
  const logs = readdirSync(directory).filter((name) => name.endsWith('-wal'))
  const sizes = logs.map((name) => statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0)
  return sizes.reduce((sum, size) => sum + size, 0)
}

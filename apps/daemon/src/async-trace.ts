import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import type { LoadedConfig } from '@rm/config'
import type { Stream } from '@rm/domain'
import { diagnose, type StreamTrace, TRACE_LOG, type TraceReport } from '@rm/runtime-pack'
import { type Activity, listenToActivities, type StreamNews } from '@rm/sdk-bridge'
import { LogFile } from './log-file.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'

const WRITE_EVERY_MS = 3_000
const MEGABYTE = 1_048_576
const NS_PER_MS = 1_000_000
/** The message, and ours that lead from the listener to whoever began the activity. */
const FRAMES_SKIPPED = 4
const FRAMES_KEPT = 6
/** Reports are for people; a flood of timers tells them nothing. */
const PENDING_MAX = 50

/**
 * Records what waits for something, and writes it to `runtime_trace.log` every three seconds and at SIGUSR2. Listening begins here, so that a
 * daemon that is not traced does nothing of it (decision 0041).
 *
 * @param shown - a text as the log may show it
 */
export function startAsyncTrace(
  settings: LoadedConfig['general']['logging'],
  dataDirectory: string,
  shown: (text: string) => string,
): void {
  const recorder = new TraceRecorder()
  const file = new LogFile({
    directory: path.resolve(dataDirectory, settings.directory),
    name: TRACE_LOG,
    maxBytes: settings.maxSizeMb * MEGABYTE,
    retentionDays: settings.retentionDays,
    wallClock: wallClockMs,
  })
  const write = (): void => {
    file.write(`${shown(JSON.stringify(recorder.report()))}\n`)
    file.flush()
  }
  setInterval(write, WRITE_EVERY_MS).unref()
  if (process.platform !== 'win32') process.on('SIGUSR2', write)
}

interface Begun {
  readonly atMs: number
  readonly stack: readonly string[]
}

interface StreamFacts {
  state: StreamTrace['state']
  sinceMs: number | null
  heardMs: number | null
  reason: string | null
}

class TraceRecorder {
  readonly #pending = new Map<Activity, Begun>()
  readonly #ended = new Map<string, { count: number; longestMs: number }>()
  readonly #streams = new Map<Stream, StreamFacts>(
    (['user', 'market'] as const).map((stream) => [
      stream,
      { state: 'never connected', sinceMs: null, heardMs: null, reason: null },
    ]),
  )
  readonly #delay = monitorEventLoopDelay()

  constructor() {
    this.#delay.enable()
    listenToActivities({
      begun: (activity) => this.#begin(activity),
      ended: (activity) => this.#end(activity),
      stream: (news) => this.#hear(news),
    })
  }

  report(): TraceReport {
    const nowMs = monotonicMs()
    const facts = {
      loopDelayMs: this.#loopDelay(),
      streams: [...this.#streams].map(([stream, { state, sinceMs, heardMs, reason }]) => ({
        stream,
        state,
        sinceMs: ageOf(sinceMs, nowMs),
        silentMs: ageOf(heardMs, nowMs),
        reason,
      })),
      pending: [...this.#pending]
        .slice(0, PENDING_MAX)
        .map(([activity, { atMs, stack }]) => ({ ...activity, ageMs: Math.round(nowMs - atMs), stack: [...stack] })),
    }
    return {
      time: Temporal.Instant.fromEpochMilliseconds(wallClockMs()).toString(),
      pid: process.pid,
      uptimeMs: Math.round(nowMs),
      ...facts,
      ended: Object.fromEntries(this.#ended),
      diagnosis: [...diagnose(facts)],
    }
  }

  #begin(activity: Activity): void {
    const frames = (new Error().stack ?? '').split('\n').slice(FRAMES_SKIPPED)
    const stack = frames.map((frame) => frame.trim()).filter((frame) => !frame.startsWith('at during '))
    this.#pending.set(activity, { atMs: monotonicMs(), stack: stack.slice(0, FRAMES_KEPT) })
  }

  #end(activity: Activity): void {
    const begun = this.#pending.get(activity)
    // A timer that has fired may be cancelled afterwards.
    if (begun === undefined) return
    this.#pending.delete(activity)
    const { name } = activity
    const before = this.#ended.get(name) ?? { count: 0, longestMs: 0 }
    const longestMs = Math.max(before.longestMs, Math.round(monotonicMs() - begun.atMs))
    this.#ended.set(name, { count: before.count + 1, longestMs })
  }

  #hear({ stream, state, reason }: StreamNews): void {
    const facts = this.#streams.get(stream)
    if (facts === undefined) return
    const nowMs = monotonicMs()
    if (state === 'heard') facts.heardMs = nowMs
    else Object.assign(facts, { state, sinceMs: nowMs, reason })
  }

  #loopDelay(): TraceReport['loopDelayMs'] {
    const { mean, max } = this.#delay
    const p99 = this.#delay.percentile(99)
    this.#delay.reset()
    return { mean: inMs(mean), p99: inMs(p99), max: inMs(max) }
  }
}

/** A histogram without a value yet has no mean. */
function inMs(ns: number): number {
  return Number.isFinite(ns) ? Math.round(ns / NS_PER_MS) : 0
}

function ageOf(atMs: number | null, nowMs: number): number | null {
  return atMs === null ? null : Math.round(nowMs - atMs)
}

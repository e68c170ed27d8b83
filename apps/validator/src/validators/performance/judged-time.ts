import { percentile } from '@rm/runtime-pack'
import type { Finding, Measure } from '../../report/validation-report.ts'

/** Times of the daemon that have a bound in milliseconds. */
interface TimedSeries {
  readonly name: string
  readonly ms: readonly number[]
  /** Of a hundred at most one may be slower. */
  readonly allowedMs: number
  /** What to do when they are too slow. */
  readonly remedy: string
}

/** What this machine takes at the least in the same minute, and how many times of it the daemon may take. */
interface Floor {
  readonly bareMs: readonly number[]
  readonly ratioMax: number
}

/**
 * Holds times against their bound. On a machine that is busy a bound in milliseconds is noise: a bare program is late too, so the daemon may then
 * take as many times as long as its ratio allows, and people are warned.
 */
export function judgedTime(
  { name, ms, allowedMs, remedy }: TimedSeries,
  { bareMs, ratioMax }: Floor,
): { readonly measure: Measure; readonly findings: readonly Finding[] } {
  const value = percentile(ms, 0.99)
  const floorMs = percentile(bareMs, 0.99)
  const bound = { kind: 'at most', value: Math.max(allowedMs, floorMs * ratioMax) } as const
  const measure = { name, value, unit: 'ms', bound, remedy, series: [...ms] }
  const isNoise = value > allowedMs && value <= bound.value
  if (!isNoise) return { measure, findings: [] }
  const what = `${value.toFixed(1)} ms, and ${allowedMs} ms are allowed; a program that only answers took ${floorMs.toFixed(1)} ms itself`
  return { measure, findings: [{ severity: 'warning', place: name, what, remedy: BUSY }] }
}

const BUSY = 'The machine is too busy or too slow for a judgement in milliseconds: let nothing else run, and ask again.'

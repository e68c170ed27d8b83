import type { PendingActivity, StreamTrace, TraceReport } from './trace-report.ts'

/** The gateway pings every 15 s (gateway contract 7.4); one ping may be late. */
const SILENT_MS = 20_000
/** A loop that stood for so long lets a breach wait. */
const LOOP_DELAY_MS = 100
/** What takes longer is remarkable. Timers and readings wait as long as they were told to. */
const REMARKABLE_MS: Readonly<Record<string, number>> = {
  'hub connect': 2_000,
  'hub subscribe': 2_000,
  'REST call': 5_000,
  reading: 15_000,
}

/** What a report says to somebody who wonders why nothing happens: how each stream is, and what waits too long. */
export function diagnose(facts: Pick<TraceReport, 'streams' | 'pending' | 'loopDelayMs'>): readonly string[] {
  const late = facts.pending.filter(({ name, ageMs }) => ageMs >= (REMARKABLE_MS[name] ?? Number.POSITIVE_INFINITY))
  const delay = facts.loopDelayMs.max
  return [
    ...facts.streams.map(streamSentence),
    ...late.map(lateSentence),
    ...(delay < LOOP_DELAY_MS ? [] : [`event loop: stood for ${Math.round(delay)} ms`]),
  ]
}

function streamSentence({ stream, state, sinceMs, silentMs, reason }: StreamTrace): string {
  if (state === 'never connected') return `${stream} hub: never connected`
  if (state === 'lost') return `${stream} hub: lost for ${seconds(sinceMs)}${reason === null ? '' : ` (${reason})`}`
  if (silentMs === null || silentMs >= SILENT_MS)
    return `${stream} hub: connected, silent for ${seconds(silentMs ?? sinceMs)}`
  return `${stream} hub: connected, last heard ${seconds(silentMs)} ago`
}

function lateSentence({ name, about, waitsFor, ageMs }: PendingActivity): string {
  return `${name} (${about}): has waited ${seconds(ageMs)} for ${waitsFor}`
}

function seconds(ms: number | null): string {
  return `${Math.round((ms ?? 0) / 1_000)} s`
}

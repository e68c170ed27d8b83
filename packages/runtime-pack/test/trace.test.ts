import { describe, expect, test } from 'vitest'
import { diagnose } from '../src/trace-diagnosis.ts'
import { readTraceReport, type StreamTrace } from '../src/trace-report.ts'

const CALM = { mean: 1, p99: 2, max: 99 }

function sentencesOf(stream: Partial<StreamTrace>): readonly string[] {
  const user = { stream: 'user', state: 'connected', sinceMs: 60_000, silentMs: 400, reason: null, ...stream } as const
  return diagnose({ streams: [user], pending: [], loopDelayMs: CALM })
}

function waiting(name: string, ageMs: number): readonly string[] {
  const pending = [{ name, about: 'user', waitsFor: 'the handshake', ageMs, stack: [] }]
  return diagnose({ streams: [], pending, loopDelayMs: CALM })
}

describe('the diagnosis of a trace', () => {
  test('names a hub that stands and says nothing', () => {
    expect(sentencesOf({})).toEqual(['user hub: connected, last heard 0 s ago'])
    expect(sentencesOf({ silentMs: 19_999 })).toEqual(['user hub: connected, last heard 20 s ago'])
    expect(sentencesOf({ silentMs: 31_000 })).toEqual(['user hub: connected, silent for 31 s'])
    expect(sentencesOf({ silentMs: null })).toEqual(['user hub: connected, silent for 60 s'])
  })

  test('names a hub that is gone, and one that was never there', () => {
    expect(sentencesOf({ state: 'lost', reason: 'ping timeout' })).toEqual(['user hub: lost for 60 s (ping timeout)'])
    expect(sentencesOf({ state: 'never connected' })).toEqual(['user hub: never connected'])
  })

  test('names what waits too long, and not what may wait', () => {
    expect(waiting('hub connect', 2_000)).toEqual(['hub connect (user): has waited 2 s for the handshake'])
    expect(waiting('hub connect', 1_999)).toEqual([])
    expect(waiting('timer', 3_600_000)).toEqual([])
  })

  test('names an event loop that stood', () => {
    expect(diagnose({ streams: [], pending: [], loopDelayMs: { ...CALM, max: 250 } })).toEqual([
      'event loop: stood for 250 ms',
    ])
  })
})

test('what is no trace is none', () => {
  expect(readTraceReport('{"level":"info"}')).toBeNull()
  expect(readTraceReport('half a li')).toBeNull()
})

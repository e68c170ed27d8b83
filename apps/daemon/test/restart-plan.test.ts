import { expect, test } from 'vitest'
import { type NextStep, RestartPlan, type RunEnd } from '../src/restart-plan.ts'

const KILLED: RunEnd = { mode: 'normal', code: null, isStalled: false, refusal: null }

/** Ends one after the other; each run is of the mode that was planned. */
function play(plan: RestartPlan, ...ends: readonly Partial<RunEnd>[]): readonly NextStep[] {
  let { mode } = KILLED
  return ends.map((end) => {
    const next = plan.after({ ...KILLED, mode, ...end })
    if (next.kind === 'start') ({ mode } = next)
    return next
  })
}

function started(steps: readonly NextStep[], what: 'pauseMs' | 'mode' | 'isToBeTold'): readonly unknown[] {
  return steps.map((step) => (step.kind === 'start' ? step[what] : step.kind))
}

const times = (count: number, end: Partial<RunEnd>): readonly Partial<RunEnd>[] =>
  Array.from({ length: count }, () => end)

test('a daemon that dies at each start is started for ever, with pauses that double up to 30 s (P-11)', () =>
  expect(started(play(new RestartPlan(), ...times(8, {})), 'pauseMs')).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]))

test('the third death in a row is told, once', () =>
  expect(started(play(new RestartPlan(), ...times(6, { code: 1 })), 'isToBeTold')).toEqual([
    false,
    false,
    true,
    false,
    false,
    false,
  ]))

test('after five deaths in a row it starts in safe mode', () =>
  expect(started(play(new RestartPlan(), ...times(6, { code: 1 })), 'mode')).toEqual([
    'normal',
    'normal',
    'normal',
    'normal',
    'safe',
    'safe',
  ]))

test.each([
  ['a configuration that is refused', { code: 3 }],
  ['a gateway that does not answer', { code: 4, refusal: 'GATEWAY_UNREACHABLE' }],
  ['a disk that cannot be relied on', { code: 5, refusal: 'STORE_UNSAFE' }],
  ['an account that another daemon has', { code: 1, refusal: 'ACCOUNT_LEASED' }],
])('%s never leads to safe mode: rules that are off would mend nothing of it', (_what, end) => {
  expect(new Set(started(play(new RestartPlan(), ...times(20, end)), 'mode'))).toEqual(new Set(['normal']))
})

test('a configuration that is refused is tried again slowly from the first time on', () =>
  expect(started(play(new RestartPlan(), { code: 3 }, { code: 3 }), 'pauseMs')).toEqual([30_000, 30_000]))

test.each([{ code: 2 }, { isStalled: true }])('one that stood still is started at once: %j (P-05, P-08)', (end) =>
  expect(started(play(new RestartPlan(), end, end), 'pauseMs')).toEqual([0, 0]),
)

test.each([0, 64])('an end with code %i is the end', (code) =>
  expect(play(new RestartPlan(), { code })).toEqual([{ kind: 'end', code }]),
)

test('a minute of healthy run begins the count anew', () => {
  const plan = new RestartPlan()
  play(plan, ...times(4, {}))
  expect(plan.healthy('normal')).toBe('recovered')
  expect(play(plan, {})).toMatchObject([{ pauseMs: 1_000, mode: 'normal', deaths: 1 }])
})

test('a healthy run in safe mode says nothing of the normal one', () => {
  const plan = new RestartPlan()
  play(plan, ...times(5, {}))
  expect(plan.healthy('safe')).toBe('as before')
  expect(play(plan, { mode: 'safe' })).toMatchObject([{ pauseMs: 1_000, mode: 'safe' }])
})

test('a normal start that is tried out of safe mode and dies is followed by safe mode, a second later', () => {
  const plan = new RestartPlan()
  play(plan, ...times(5, {}))
  expect(plan.trial()).toMatchObject({ kind: 'start', mode: 'normal', pauseMs: 0 })
  expect(play(plan, {})).toMatchObject([{ pauseMs: 1_000, mode: 'safe' }])
})

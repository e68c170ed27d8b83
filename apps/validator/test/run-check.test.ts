import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RmError } from '@rm/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Measure } from '../src/report/validation-report.ts'
import { runCheck } from '../src/run-check.ts'
import { answer, type Check } from '../src/validator.ts'
import { runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-check-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function ask(run: Check['run'], limitMs = 5_000, interrupted = new AbortController().signal) {
  const check: Check = { id: 'a-question', title: 'A question', from: 'quick', limitMs, run }
  return runCheck(check, runContext(), { folder, interrupted, tell: () => {} })
}

function measure(value: number, kind: 'at most' | 'at least'): Measure {
  return { name: 'speed', value, unit: 'ms', bound: { kind, value: 10 }, remedy: 'Wait.', series: [] }
}

test('a check that throws has failed, with what it said', async () => {
  const { verdict, findings } = await ask(() => Promise.reject(new Error('no such table: trade')))
  expect([verdict, findings[0]?.what]).toEqual(['failed', 'no such table: trade'])
})

test('a check that the gateway let down says so, with what to do about it', async () => {
  const { findings } = await ask(() => Promise.reject(new RmError('GATEWAY_UNREACHABLE', 'no answer from the gateway')))
  expect(findings).toEqual([
    {
      severity: 'error',
      place: 'a-question',
      what: 'no answer from the gateway',
      remedy: 'Check the URLs in api_config.yaml and the network.',
      failure: 'gateway',
    },
  ])
})

test('a check that takes too long has stalled, and what it started is ended', async () => {
  const ended: string[] = []
  const { verdict, findings } = await ask(async ({ resources, signal }) => {
    resources.defer(() => void ended.push('process'))
    await pause(60_000, undefined, { signal })
    return answer('never')
  }, 50)
  expect([verdict, findings[0]?.what, ended]).toEqual(['stalled', 'no answer within 0.05 s', ['process']])
})

test('a check that is interrupted has stalled', async () => {
  const { verdict } = await ask(() => new Promise(() => {}), 60_000, AbortSignal.timeout(20))
  expect(verdict).toBe('stalled')
})

test('a value beyond its bound fails, one within it and one without a bound do not', async () => {
  const beyond = await ask(() => Promise.resolve(answer('measured', [], [measure(10.5, 'at most')])))
  expect([beyond.verdict, beyond.findings[0]?.what]).toEqual(['failed', '10.5 ms; allowed at most 10 ms'])
  const unknown = await ask(() => Promise.resolve(answer('measured', [], [measure(Number.NaN, 'at least')])))
  expect(unknown.verdict).toBe('failed')
  const within = [measure(10, 'at most'), measure(10, 'at least'), { ...measure(99, 'at most'), bound: null }]
  expect((await ask(() => Promise.resolve(answer('measured', [], within)))).verdict).toBe('passed')
})

test.each([
  ['error', 'failed'],
  ['warning', 'warned'],
  ['notice', 'passed'],
] as const)('a finding of severity %s makes it %s', async (severity, verdict) => {
  const finding = { severity, place: 'here', what: 'that', remedy: 'this' }
  expect((await ask(() => Promise.resolve(answer('looked', [finding])))).verdict).toBe(verdict)
})

test('a question that makes no sense here counts neither way, and says why', async () => {
  const { verdict, evidence } = await ask(() => Promise.resolve({ notApplicable: 'there is no data folder' }))
  expect([verdict, evidence]).toEqual(['not applicable', 'there is no data folder'])
})

test('the folder of a check is its own and gone afterwards', async () => {
  let scratch = ''
  await ask((context) => {
    ;({ scratch } = context)
    writeFileSync(path.join(scratch, 'note'), 'x')
    return Promise.resolve(answer('wrote'))
  })
  expect([path.dirname(scratch), existsSync(scratch)]).toEqual([folder, false])
})

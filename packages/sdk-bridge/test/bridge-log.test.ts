import { expect, test } from 'vitest'
import { SampledLog, scrubbed } from '../src/bridge-log.ts'

test('a library text loses tokens and URL queries, and keeps the rest', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl'
  expect(scrubbed(`WebSocket connected to wss://rtc.example.com/hubs/user?access_token=${token}.`)).toBe(
    'WebSocket connected to wss://rtc.example.com/hubs/user',
  )
  expect(scrubbed(`Authorization: Bearer ${token} refused`)).toBe('Authorization: Bearer *** refused')
  expect(scrubbed(`token ${token} refused`)).toBe('token *** refused')
  expect(scrubbed('Server timeout elapsed without receiving a message from the server.')).toBe(
    'Server timeout elapsed without receiving a message from the server.',
  )
})

test('a line that repeats is written once a period, with how many were withheld', () => {
  let now = 0
  const lines: unknown[] = []
  const log = new SampledLog({ write: (...line) => lines.push(line) }, () => now)
  for (let index = 0; index < 100; index += 1) log.write('error', 'fault')
  log.write('error', 'another fault')
  now = 10_000
  log.write('error', 'fault', { reason: 'x' })
  expect(lines).toEqual([
    ['error', 'fault', {}],
    ['error', 'another fault', {}],
    ['error', 'fault', { reason: 'x', withheld: 99 }],
  ])
})

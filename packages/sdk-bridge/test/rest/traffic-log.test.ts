import { describe, expect, test } from 'vitest'
import type { TrafficSettings } from '../../src/options.ts'
import { TrafficLog } from '../../src/rest/traffic-log.ts'
import { accountIdOf } from '../../src/to-domain.ts'

const API_KEY = 'k+/=9'
const READ = { path: '/api/Trade/search', account: accountIdOf(7_001_234), sentMs: 0 }

/** Lines that a log with these settings writes, by the log that gets them. */
function told(settings: Partial<TrafficSettings>, speak: (log: TrafficLog) => void): unknown {
  const lines: { slow: unknown[]; traffic: unknown[] } = { slow: [], traffic: [] }
  speak(
    new TrafficLog({
      settings: { requests: true, responses: false, slowMs: 1_000, ...settings },
      log: { write: (...line) => lines.slow.push(line) },
      traffic: { write: (...line) => lines.traffic.push(line) },
      monotonic: () => 0,
      apiKey: API_KEY,
    }),
  )
  return lines
}

describe('the log of the requests', () => {
  test('names route, account, duration and outcome, and numbers the requests', () => {
    const lines = told({}, (log) => {
      log.answered(READ, 200, '{"trades":[]}', 12.4)
      log.failed({ path: '/api/Position/closeContract', commandId: 'c-7', sentMs: 5 }, 'ECONNRESET', 8)
    })
    const [first, second] = [
      { request: 1, path: READ.path, tookMs: 12, outcome: 'answered', status: 200, accountId: 7_001_234 },
      {
        request: 2,
        path: '/api/Position/closeContract',
        tookMs: 3,
        outcome: 'no answer',
        reason: 'ECONNRESET',
        commandId: 'c-7',
      },
    ]
    expect(lines).toEqual({
      slow: [],
      traffic: [
        ['info', '/api/Trade/search: answered', first],
        ['info', '/api/Position/closeContract: no answer', second],
      ],
    })
  })

  test('is silent when nobody wants it, apart from what is slow', () => {
    const lines = told({ requests: false, slowMs: 50 }, (log) => {
      log.answered(READ, 200, '', 49)
      log.answered(READ, 200, '', 50)
      log.failed(READ, 'no answer', 5_000)
    })
    // The third is of the same kind as the second and comes within its ten seconds.
    expect(lines).toEqual({
      slow: [
        ['warn', 'the gateway was slow at /api/Trade/search', expect.objectContaining({ request: 2, tookMs: 50 })],
      ],
      traffic: [],
    })
  })

  test.each([
    ['a token', '{"token":"abc.def","newToken":"x"}', '{"token":"***","newToken":"***"}'],
    ['a token that is cut off', '{"success":true,"token":"abc', '{"success":true,"token":"***'],
    ['the key', `{"errorMessage":"${API_KEY} is unknown"}`, '{"errorMessage":"*** is unknown"}'],
    ['a bearer', 'Bearer abc.def refused', 'Bearer *** refused'],
    ['no secret', '{"trades":[{"id":1}]}', '{"trades":[{"id":1}]}'],
  ])('masks %s in an answer', (_, text, shown) => {
    expect(told({ requests: false, responses: true }, (log) => log.answered(READ, 200, text, 1))).toEqual({
      slow: [],
      traffic: [
        ['info', expect.any(String), expect.objectContaining({ answer: shown, answerCharacters: text.length })],
      ],
    })
  })

  test('keeps the beginning of a long answer', () => {
    const text = 'x'.repeat(100_000)
    expect(told({ responses: true }, (log) => log.answered(READ, 200, text, 1))).toMatchObject({
      traffic: [['info', expect.any(String), { answer: 'x'.repeat(4_096), answerCharacters: 100_000 }]],
    })
  })
})

import { describe, expect, test } from 'vitest'
import { accessToken } from '../../src/rest/access-token.ts'

const NOW = Date.parse('2026-11-04T18:00:00Z')
const DAY = 86_400

function token(claims: object): string {
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`
}

describe('the expiry of a token (A-06)', () => {
  test('is that of its claim, in the time of the gateway', () => {
    expect(accessToken(token({ exp: NOW / 1_000 + DAY }), NOW).expiresAt).toBe(NOW + DAY * 1_000)
  })

  test.each([
    ['without the claim', token({ sub: 1 })],
    ['with an absurd claim', token({ exp: 'soon' })],
    ['that expired before it was issued', token({ exp: NOW / 1_000 - 1 })],
    ['that lives for years', token({ exp: NOW / 1_000 + 3_650 * DAY })],
    ['that is no JWT', 'opaque'],
    ['whose claims are no JSON', 'x.bm9wZQ.y'],
    ['whose claims are no object', token([]).replace('W10', 'bnVsbA')],
  ])('%s is unknown', (_, text) => {
    expect(accessToken(text, NOW).expiresAt).toBeNull()
  })
})

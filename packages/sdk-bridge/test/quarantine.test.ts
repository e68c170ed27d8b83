import { describe, expect, test } from 'vitest'
import { Quarantine, type QuarantinedPayload } from '../src/quarantine.ts'

function kept(): {
  readonly payloads: QuarantinedPayload[]
  readonly quarantine: Quarantine
  readonly wait: (ms: number) => void
} {
  const payloads: QuarantinedPayload[] = []
  let now = 0
  const quarantine = new Quarantine(
    (payload) => payloads.push(payload),
    () => now,
  )
  return {
    payloads,
    quarantine,
    wait: (ms) => {
      now += ms
    },
  }
}

describe('quarantine', () => {
  test('keeps the payload as it came, with where and why', () => {
    const { payloads, quarantine } = kept()
    quarantine.take('GatewayUserTrade', { data: { id: 'x' } }, 'id: not a number')
    expect(payloads).toEqual([{ surface: 'GatewayUserTrade', raw: '{"data":{"id":"x"}}', reason: 'id: not a number' }])
  })

  test('a callback without any argument is kept as such', () => {
    const { payloads, quarantine } = kept()
    quarantine.take('GatewayUserOrder', undefined, 'nothing there')
    expect(payloads[0]?.raw).toBe('undefined')
  })

  test('a huge payload is cut', () => {
    const { payloads, quarantine } = kept()
    quarantine.take('GatewayQuote', 'x'.repeat(1_000_000), 'not an object')
    expect(payloads[0]?.raw).toHaveLength(4_096)
  })

  test('a feed that is broken for good keeps sixty a minute', () => {
    const { payloads, quarantine, wait } = kept()
    for (let index = 0; index < 1_000; index += 1) quarantine.take('GatewayQuote', index, 'not an object')
    expect(payloads).toHaveLength(60)
    wait(60_000)
    quarantine.take('GatewayQuote', 1_000, 'not an object')
    expect(payloads).toHaveLength(61)
  })
})

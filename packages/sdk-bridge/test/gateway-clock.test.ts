import { describe, expect, test } from 'vitest'
import { GatewayClock } from '../src/gateway-clock.ts'

const NOON = Date.parse('2026-11-04T18:00:00Z')
const HOUR = 3_600_000

/** A machine whose clocks the test moves, with a gateway clock on it. */
function machine(environment: 'production' | 'simulator', wallStart = NOON) {
  let wall = wallStart
  let elapsed = 1_000
  const log: string[] = []
  const clock = new GatewayClock({
    environment,
    wallClock: () => wall,
    monotonic: () => elapsed,
    log: { write: (level, message) => log.push(`${level} ${message}`) },
  })
  return {
    clock,
    log,
    /** Both clocks go on together. */
    pass(ms: number): void {
      wall += ms
      elapsed += ms
    },
    setWall(to: number): void {
      wall = to
    },
    /** A reply that took 40 ms and carries this date. */
    reply(date: number): void {
      const sent = elapsed
      this.pass(40)
      clock.sampleDate(Math.floor(date / 1_000) * 1_000, sent, elapsed)
    },
  }
}

describe('gateway time', () => {
  test("is the machine's and untrusted before the first sample", () => {
    const { clock } = machine('simulator')
    expect(clock.now()).toBe(NOON)
    expect(clock.isTrusted()).toBe(false)
  })

  test('goes on with the monotonic clock between samples, whatever the wall clock does (R-30)', () => {
    const at = machine('production')
    at.reply(NOON)
    const before = at.clock.now()
    at.pass(5_000)
    at.setWall(NOON + 24 * HOUR)
    expect(at.clock.now() - before).toBe(5_000)
  })

  test('takes the best lower bound: a stamp inside the second of the date', () => {
    const at = machine('production')
    at.reply(NOON)
    expect(at.clock.now()).toBe(NOON)
    at.clock.sampleStamp(NOON + 730)
    expect(at.clock.now()).toBe(NOON + 730)
    at.clock.sampleStamp(NOON + 100)
    expect(at.clock.now()).toBe(NOON + 730)
  })

  test('never runs backwards: it waits until the truth has caught up', () => {
    const at = machine('simulator')
    at.reply(NOON + 10_000)
    const told = at.clock.now()
    at.pass(1_000)
    at.reply(NOON)
    expect(at.clock.now()).toBeGreaterThanOrEqual(told)
    const held = at.clock.now()
    at.pass(2_000)
    expect(at.clock.now()).toBe(held)
    at.pass(60_000)
    expect(at.clock.now()).toBeGreaterThan(held)
  })

  describe('of a simulator', () => {
    test('is that of its day, in the past or the future, and trusted with the first sample', () => {
      for (const day of [NOON - 300 * 24 * HOUR, NOON + 300 * 24 * HOUR]) {
        const at = machine('simulator')
        expect(at.clock.now()).toBe(NOON)
        at.reply(day)
        expect(at.clock.now()).toBe(Math.floor(day / 1_000) * 1_000)
        expect(at.clock.isTrusted()).toBe(true)
      }
    })

    test.each(['a date', 'a stamp'])('follows a jump forward at once, told by %s', (by) => {
      const at = machine('simulator')
      at.reply(NOON)
      at.pass(1_000)
      if (by === 'a date') at.reply(NOON + 5 * HOUR)
      else at.clock.sampleStamp(NOON + 5 * HOUR)
      expect(at.clock.now()).toBe(NOON + 5 * HOUR)
      expect(at.clock.isTrusted()).toBe(true)
    })

    test('is not set back by a reply that was on its way when it jumped', () => {
      const at = machine('simulator')
      at.reply(NOON)
      at.pass(1_000)
      at.clock.sampleStamp(NOON + 5 * HOUR)
      at.clock.sampleDate(NOON + 1_000, 1_500, 2_040)
      at.pass(500)
      expect(at.clock.now()).toBe(NOON + 5 * HOUR + 500)
    })
  })

  describe('in production', () => {
    test.each([
      [0, true],
      [1_900, true],
      [-1_900, true],
      [-2_900, true],
      [6_000, false],
      [-6_000, false],
      [10 * 60_000, false],
      [-10 * 60_000, false],
    ])('with the gateway %i ms ahead of the machine is trusted: %s', (skew, trusted) => {
      const at = machine('production')
      at.reply(NOON + skew)
      expect(at.clock.isTrusted()).toBe(trusted)
    })

    test('tells that there is no trust from the start', () => {
      const at = machine('production')
      at.setWall(NOON + 10 * 60_000)
      at.reply(NOON)
      expect(at.clock.isTrusted()).toBe(false)
      expect(at.log.map((line) => line.split(':')[0])).toEqual(['error clock_skew'])
    })

    test('tells when trust is lost and when it comes back (G-21, R-30)', () => {
      const at = machine('production')
      at.reply(NOON)
      at.setWall(NOON + 24 * HOUR)
      expect(at.clock.isTrusted()).toBe(false)
      expect(at.clock.isTrusted()).toBe(false)
      at.setWall(NOON + 40)
      expect(at.clock.isTrusted()).toBe(true)
      expect(at.log.map((line) => line.split(':')[0])).toEqual([
        'info business time is trusted',
        'error clock_skew',
        'info business time is trusted',
      ])
    })

    test('does not follow a single reply that contradicts both itself and the machine (G-21)', () => {
      const at = machine('production')
      at.reply(NOON)
      at.pass(1_000)
      at.reply(NOON + 10 * 60_000)
      expect(at.clock.now()).toBeLessThan(NOON + 2_000)
      expect(at.clock.isTrusted()).toBe(false)
      at.reply(NOON + 1_080)
      expect(at.clock.isTrusted()).toBe(true)
    })

    test('follows such a gateway after a minute, still without trust', () => {
      const at = machine('production')
      at.reply(NOON)
      for (let seconds = 0; seconds <= 61; seconds += 1) {
        at.pass(960)
        at.reply(NOON + 10 * 60_000 + seconds * 1_000)
      }
      expect(at.clock.now()).toBeGreaterThan(NOON + 10 * 60_000)
      expect(at.clock.isTrusted()).toBe(false)
    })

    test('does not unlock early after such a gateway came back: what it told stays ahead, and is not trusted', () => {
      const at = machine('production')
      at.reply(NOON)
      for (let seconds = 0; seconds <= 61; seconds += 1) {
        at.pass(960)
        at.reply(NOON + 10 * 60_000 + seconds * 1_000)
      }
      const told = at.clock.now()
      at.pass(1_000)
      at.reply(NOON + 63_000)
      expect(at.clock.now()).toBeGreaterThanOrEqual(told)
      expect(at.clock.isTrusted()).toBe(false)
      at.pass(11 * 60_000)
      expect(at.clock.isTrusted()).toBe(true)
    })

    test('ignores a stamp from a far future', () => {
      const at = machine('production')
      at.reply(NOON)
      at.clock.sampleStamp(NOON + HOUR)
      expect(at.clock.now()).toBeLessThan(NOON + 1_000)
      expect(at.clock.isTrusted()).toBe(true)
    })

    test("with a wrong machine clock at start is the gateway's and not trusted (T-03)", () => {
      const at = machine('production', NOON + 24 * HOUR)
      at.reply(NOON)
      expect(at.clock.now()).toBe(NOON)
      at.pass(10_000)
      at.reply(NOON + 10_040)
      expect(at.clock.now()).toBeGreaterThanOrEqual(NOON + 10_000)
      expect(at.clock.isTrusted()).toBe(false)
    })

    test('after a pause in which the monotonic clock stood still follows gateway and machine at once', () => {
      const at = machine('production')
      at.reply(NOON)
      at.setWall(NOON + 3 * HOUR)
      at.reply(NOON + 3 * HOUR)
      expect(at.clock.now()).toBe(NOON + 3 * HOUR)
      expect(at.clock.isTrusted()).toBe(true)
    })

    test('gives way slowly when the machine runs fast, instead of gaining for ever', () => {
      const at = machine('production')
      at.reply(NOON)
      // A day on which this machine's monotonic clock gains 100 seconds on the gateway's.
      for (let minute = 1; minute <= 24 * 60; minute += 1) {
        at.pass(60_000)
        const truth = NOON + minute * 60_000 * (1 - 100 / 86_400)
        at.setWall(truth)
        at.reply(truth)
      }
      const truth = NOON + 24 * HOUR - 100_000
      expect(Math.abs(at.clock.now() - truth)).toBeLessThanOrEqual(2_100)
    })
  })
})

import { describe, expect, test } from 'vitest'
import { awaitNothing } from '../harness/await-condition.ts'
import { currentWord, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const TEN_MINUTES_MS = 600_000
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

describe.concurrent('a gateway whose Date is', () => {
  test.each([
    ['ten minutes ahead', TEN_MINUTES_MS],
    ['ten minutes behind', -TEN_MINUTES_MS],
  ])('%s is not believed: told, and a lockout that would be over by it stays (G-21)', async (_, skewMs) => {
    // The real time, as only a production gateway is held against the machine's clock.
    const now = Temporal.Now.instant()
    const opening = now.add({ minutes: 5 })
    await using opened = await Stage.open({
      startsAt: now.toString(),
      api: { environment: 'production' },
      rules: { session_block_outside: { enabled: true, respect_holidays: false } },
      timers: {
        session_hours: {
          start: timeOfDay(opening),
          end: timeOfDay(opening.add({ hours: 6 })),
          timezone: 'UTC',
          allowed_days: EVERY_DAY,
        },
      },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    const id = gateway.faults.rest('any', { verb: 'date', skewMs }, { times: null })
    gateway.faults.hub('user', { verb: 'rst' })
    await daemon.log.awaitMessage('clock_skew')
    await awaitNothing('an unlock', 5_000, () => daemon.log.find((line) => line.event === 'lockout-ended'))
    expect(currentWord(daemon.log, FIRST_ACCOUNT)).toBe('LOCKED')
    gateway.faults.clear(id)
    await daemon.log.awaitLine(
      'trust',
      () => daemon.log.messages().filter((message) => message === 'business time is trusted').length >= 2,
    )
    expect(daemon.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})

/** `HH:MM` in UTC. */
function timeOfDay(instant: Temporal.Instant): string {
  return instant.toZonedDateTimeISO('UTC').toPlainTime().toString().slice(0, 5)
}

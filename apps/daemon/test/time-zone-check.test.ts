import { expect, test } from 'vitest'
import { checkTimeZones } from '../src/time-zone-check.ts'

test('the zones of this Node are right', () => expect(() => checkTimeZones()).not.toThrow())

test('a transition that this Node has at another time ends the start with code 5 (T-06)', () => {
  const wrong = { zone: 'America/Chicago', at: '2026-03-15T08:00:00Z', before: '-06:00', after: '-05:00' }
  expect(() => checkTimeZones([wrong])).toThrow(
    expect.objectContaining({ code: 'ENVIRONMENT_UNSUITABLE', failure: 'environment' }),
  )
})

test('a zone that this Node does not know ends the start as well (T-06)', () => {
  const unknown = { zone: 'Mars/Olympus', at: '2026-03-08T08:00:00Z', before: '+00:00', after: '+00:00' }
  expect(() => checkTimeZones([unknown])).toThrow('the zone is unknown')
})

import { describe, expect, test } from 'vitest'
import { coverageLines } from '../src/covered/coverage-text.ts'
import { Tally } from '../src/tally.ts'

describe('the coverage of a campaign', () => {
  test('names what never happened', () => {
    const tally = new Tally()
    tally.harmed('reply-lost')
    tally.covered.hit('RULE-003 lockout')
    const never = neverHit(tally)
    expect(never).toContain('  RULE-004 breach')
    expect(never).toContain('  request-lost (a request is lost on its way)')
    expect(never).not.toContain('  RULE-003 lockout')
    expect(never).not.toContain('  reply-lost (executed, the reply is lost)')
  })

  test('asks for no lockout of a rule that never locks', () => {
    expect(neverHit(new Tally())).not.toContain('  RULE-004 lockout')
  })

  test('fits into 80 columns, with a million hits as well', () => {
    const tally = new Tally()
    tally.covered.hit('close-position new > sending', 1_000_000)
    expect(coverageLines(tally).filter((line) => line.length > 80)).toEqual([])
  })
})

function neverHit(tally: Tally): readonly string[] {
  const lines = coverageLines(tally)
  return lines.slice(lines.findIndex((line) => line.startsWith('never hit')))
}

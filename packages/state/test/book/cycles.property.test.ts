import { type Instant, type Position, type PositionCycle, ticks, UNMANAGED } from '@rm/domain'
import { aPosition, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { restoreBook, withManagement } from '../../src/book.ts'
import { Story, time } from './story.ts'

const { MNQ } = contracts

interface Step {
  readonly size: number
  /** Best price since the step before, in ticks. */
  readonly best: number
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ size: fc.integer({ min: -3, max: 3 }), best: fc.integer({ min: 1, max: 50 }) }),
  { minLength: 1, maxLength: 10 },
)

/** The gateway stamps a position when it is born, from flat or by a flip. */
function positionsOf(all: readonly Step[]): readonly (Position & { readonly told: Instant })[] {
  let openedAt = told(0)
  return all.map(({ size }, index) => {
    const before = all[index - 1]?.size ?? 0
    if (Math.sign(before) !== Math.sign(size)) openedAt = told(index)
    return { ...aPosition(MNQ, size, { openedAt }), told: told(index) }
  })
}

const told = (index: number): Instant => time(clockOf(index))
const clockOf = (index: number): string => `14:00:${String(index * 2).padStart(2, '0')}`

function cycleOf(story: Story): PositionCycle | null {
  return story.book.contracts.get(MNQ.id)?.cycle ?? null
}

/** The trade management remembers the best price of the cycle. */
function remember(story: Story, best: number): void {
  const cycle = cycleOf(story)
  if (cycle === null) return
  const trailExtreme = ticks(Math.max(best, cycle.management.trailExtreme ?? 0))
  story.book = withManagement(story.book, cycle, { ...UNMANAGED, trailExtreme }).book
}

function restarted(story: Story, position: Position): Story {
  const cycle = cycleOf(story)
  const stored = { trades: [], cycles: cycle === null ? [] : [cycle], lastTurnAt: story.now }
  const next = new Story({}, restoreBook(TEST_ACCOUNT, stored, story.calendar))
  next.clock.advanceTo(new Date(story.now).toISOString())
  return next.snapshot({ positions: position.signedSize === 0 ? [] : [position] })
}

function factsOf(cycle: PositionCycle | null): object | null {
  if (cycle === null) return null
  const { id, side, openedAt, enlargedAt, maxSize, management } = cycle
  return { id, side, openedAt, enlargedAt, maxSize, management }
}

/** The largest size since the position was last flat or on the other side. */
function largestSize(all: readonly Step[]): number {
  const side = Math.sign(all.at(-1)?.size ?? 0)
  const begins = all.findLastIndex(({ size }) => Math.sign(size) !== side) + 1
  return side === 0 ? 0 : Math.max(...all.slice(begins).map(({ size }) => Math.abs(size)))
}

test('a cycle keeps its id, its start and its extremes over a restart at any point', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (all, restarts) => {
      let living = new Story()
      const steady = new Story()
      for (const [index, { told: _told, ...position }] of positionsOf(all).entries()) {
        const best = all[index]?.best ?? 1
        for (const story of [living, steady]) {
          story.at(clockOf(index)).position(position)
          remember(story, best)
        }
        if (restarts[index] === true) living = restarted(living, position)
        const [is, was] = [cycleOf(living), cycleOf(steady)]
        expect(factsOf(is)).toEqual(factsOf(was))
        expect(is?.maxSize ?? 0).toBe(largestSize(all.slice(0, index + 1)))
      }
    }),
    { numRuns: propertyRuns() },
  )
})

import { type Order, type PositionView, remainingSize, type Ticks, ticks, toTicks } from '@rm/domain'
import { anOrder, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { managedOrders, managementAfter } from '../src/managed-orders.ts'
import { tradeManagement } from '../src/trade-management.ts'
import { held } from './account-views.ts'

const { MNQ } = contracts
/** Prices are ticks around this one, so that mirroring them keeps them positive. */
const MIDDLE = 84_000

interface Situation {
  readonly settings: ReturnType<typeof tradeManagement.settings.parse>
  readonly size: number
  /** Thousandths of a tick from the middle. */
  readonly average: number
  readonly exit: { readonly current: number; readonly best: number } | null
  readonly breakEvenDone: number | null
  readonly trailExtreme: number | null
  readonly orders: readonly {
    readonly isOurs: boolean
    readonly type: 'stop' | 'limit' | 'trailing-stop'
    readonly price: number
    readonly size: number
    readonly filled: number
  }[]
}

const away = fc.integer({ min: -80, max: 80 })
const part = fc.boolean()
const least = fc.integer({ min: 4, max: 40 })

const situation: fc.Arbitrary<Situation> = fc.record({
  settings: fc
    .record({
      auto_stop_loss: fc.record({ enabled: part, distance_ticks: least }),
      auto_take_profit: fc.record({ enabled: part, distance_ticks: least }),
      auto_breakeven: fc.record({ enabled: part, profit_trigger_ticks: least }),
      trailing_stop: fc.record({
        enabled: part,
        activation_ticks: least,
        trail_distance_ticks: least,
        step_ticks: fc.integer({ min: 1, max: 6 }),
      }),
      min_gap_ticks: fc.integer({ min: 1, max: 12 }),
    })
    .map((written) => tradeManagement.settings.parse({ enabled: true, ...written })),
  size: fc.integer({ min: 1, max: 6 }),
  average: fc.integer({ min: -20_000, max: 20_000 }),
  exit: fc.option(fc.tuple(away, away).map(([a, b]) => ({ current: Math.min(a, b), best: Math.max(a, b) }))),
  breakEvenDone: fc.option(away),
  trailExtreme: fc.option(away),
  orders: fc.array(
    fc.record({
      isOurs: fc.boolean(),
      type: fc.constantFrom('stop' as const, 'limit' as const, 'trailing-stop' as const),
      price: away,
      size: fc.integer({ min: 1, max: 6 }),
      filled: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 4 },
  ),
})

/** The situation of a long position, or its mirror image. */
function build(given: Situation, sign: 1 | -1): { readonly position: PositionView; readonly orders: readonly Order[] } {
  const at = (offset: number): Ticks => ticks(MIDDLE + sign * offset)
  const priceOf = (offset: number): number => (MIDDLE + sign * offset) * MNQ.tickSize
  const maybe = (offset: number | null): Ticks | null => (offset === null ? null : at(offset))
  const { exit } = given
  const position = held(MNQ, sign * given.size, {
    averagePrice: priceOf(given.average / 1_000),
    exit: exit === null ? null : { current: at(exit.current), best: at(exit.best) },
    management: {
      breakEvenDone: maybe(given.breakEvenDone),
      trailExtreme: maybe(given.trailExtreme),
      placements: 0,
    },
  })
  const orders = given.orders.map(({ isOurs, type, price, size, filled }, index) =>
    anOrder(index + 1, MNQ, {
      type,
      side: sign > 0 ? 'sell' : 'buy',
      size: size + filled,
      filled,
      tag: isOurs ? `rm1-${'a'.repeat(25)}` : null,
      ...(type === 'limit' ? { limitPrice: priceOf(price) } : { stopPrice: priceOf(price) }),
    }),
  )
  return { position, orders }
}

function tightestOf(orders: readonly Order[]): number {
  return Math.max(...orders.map((order) => toTicks(order.stopPrice ?? 0, MNQ.tickSize) ?? Number.NaN))
}

test('a stop never loosens, never comes nearer than the gap, and all stops together never exceed the position', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { position, orders } = build(given, 1)
      const { stop, target, tightened } = managedOrders(given.settings, position, orders)
      const ours = orders.filter(({ tag, type }) => tag !== null && type === 'stop')
      const theirs = orders.filter(({ tag, type }) => tag === null && type !== 'limit')
      const covered = theirs.reduce((sum, order) => sum + remainingSize(order), 0)
      const standing = tightestOf(ours)
      if (stop !== null) {
        expect(stop.price).toBeGreaterThanOrEqual(standing)
        // While the trader's stops are still being tightened ours stays beside them.
        if (tightened.length === 0) expect(stop.contracts + covered).toBeLessThanOrEqual(given.size)
        expect(stop.contracts).toBeLessThanOrEqual(given.size)
        const isMoved = stop.price > standing
        if (position.exit !== null && isMoved)
          expect(position.exit.current - stop.price).toBeGreaterThanOrEqual(given.settings.min_gap_ticks)
        if (position.exit === null && ours.length > 0) expect(stop.price).toBe(standing)
      } else if (ours.length > 0) expect(covered).toBeGreaterThanOrEqual(given.size)
      for (const { order, price } of tightened) {
        expect(order.tag).toBeNull()
        expect(price).toBeGreaterThan(tightestOf([order]))
        expect((position.exit?.current ?? 0) - price).toBeGreaterThanOrEqual(given.settings.min_gap_ticks)
      }
      if (target !== null) expect(target.contracts).toBe(given.size)
    }),
    { numRuns: propertyRuns(2_000) },
  )
})

test('a short position is the mirror image of a long one', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const [long, short] = ([1, -1] as const).map((sign) => {
        const { position, orders } = build(given, sign)
        const mirrored = (price: Ticks | null): number | null => (price === null ? null : sign * (price - MIDDLE) + 0)
        const wanted = managedOrders(given.settings, position, orders)
        const { breakEvenDone, trailExtreme } = managementAfter(given.settings, position)
        return {
          stop: wanted.stop === null ? null : [mirrored(wanted.stop.price), wanted.stop.contracts],
          target: wanted.target === null ? null : [mirrored(wanted.target.price), wanted.target.contracts],
          tightened: wanted.tightened.map(({ order, price }) => [order.id, mirrored(price)]),
          passed: mirrored(wanted.passed),
          remembered: [mirrored(breakEvenDone), mirrored(trailExtreme)],
        }
      })
      expect(short).toEqual(long)
    }),
    { numRuns: propertyRuns() },
  )
})

test('what the cycle remembers only ever gets better, and asking twice changes nothing', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { position } = build(given, 1)
      const before = position.management
      const after = managementAfter(given.settings, position)
      expect(managementAfter(given.settings, { ...position, management: after })).toBe(after)
      if (before.breakEvenDone !== null) expect(after.breakEvenDone).toBe(before.breakEvenDone)
      if (before.trailExtreme !== null) expect(after.trailExtreme).toBeGreaterThanOrEqual(before.trailExtreme)
    }),
    { numRuns: propertyRuns() },
  )
})

test('whatever was done so is satisfied: what must stand asks for nothing more once it stands', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { position, orders } = build({ ...given, orders: [] }, 1)
      const first = managedOrders(given.settings, position, orders)
      const placed = (['stop', 'target'] as const).flatMap((kind, index) => {
        const wanted = first[kind]
        if (wanted === null) return []
        const price = wanted.price * MNQ.tickSize
        const terms =
          kind === 'stop'
            ? ({ type: 'stop', stopPrice: price } as const)
            : ({ type: 'limit', limitPrice: price } as const)
        return [
          anOrder(index + 1, MNQ, { side: 'sell', size: wanted.contracts, tag: `rm1-${'a'.repeat(25)}`, ...terms }),
        ]
      })
      const second = managedOrders(given.settings, position, placed)
      expect([second.stop, second.target]).toEqual([first.stop, first.target])
    }),
    { numRuns: propertyRuns() },
  )
})

import assert from 'node:assert/strict'
import { describeCommand, endInstant, hasOwnTag, type Lockout, remainingSize, sumUsd, usdOf } from '@rm/domain'
import type { LedgerEntry } from '@rm/gateway-sim'
import type { CommandFate } from '@rm/gateway-sim/virtual'
import type { EnabledRules } from '@rm/rules'
import type { WireOrder } from '@rm/sdk-bridge/wire'
import { exposureOf, signedSize } from '@rm/state/book'
import * as fc from 'fast-check'
import { daemonEntries, MES, MNQ, Scene, settingsOf } from './scene.ts'

/** What becomes of a request, without anything to say about how. */
type PlainFate = Exclude<CommandFate['kind'], 'slow'>

/** One thing that happens, and how long nothing else does. */
export interface Happening {
  readonly what:
    | { readonly kind: 'trade'; readonly side: 'buy' | 'sell'; readonly size: number; readonly isMes: boolean }
    | { readonly kind: 'limit'; readonly side: 'buy' | 'sell'; readonly size: number; readonly awayTicks: number }
    | { readonly kind: 'stop'; readonly side: 'buy' | 'sell'; readonly size: number; readonly awayTicks: number }
    | { readonly kind: 'bracket'; readonly side: 'buy' | 'sell'; readonly size: number }
    | { readonly kind: 'cancel-one' }
    | { readonly kind: 'move'; readonly ticks: number; readonly isMes: boolean }
    | { readonly kind: 'stream'; readonly isUp: boolean }
    | { readonly kind: 'commands'; readonly fate: PlainFate }
    | { readonly kind: 'readings'; readonly isFailing: boolean }
    | { readonly kind: 'lag'; readonly ms: number }
    | { readonly kind: 'journal'; readonly isFailing: boolean }
    | { readonly kind: 'kill'; readonly downMs: number }
    | { readonly kind: 'clock'; readonly isTrusted: boolean }
  readonly thenMs: number
}

export interface RandomDay {
  readonly seed: number
  readonly rules: EnabledRules
  readonly isShuffled: boolean
  /** Nothing fails between program and exchange: what an order of ours does wrong is a matter of milliseconds then. */
  readonly isCalm: boolean
  readonly happenings: readonly Happening[]
}

const side = fc.constantFrom('buy' as const, 'sell' as const)
const size = fc.integer({ min: 1, max: 5 })
const awayTicks = fc.integer({ min: 4, max: 200 })

const doings = [
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('trade' as const), side, size, isMes: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('limit' as const), side, size, awayTicks }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop' as const), side, size, awayTicks }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bracket' as const), side, size }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'cancel-one' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      ticks: fc.integer({ min: -120, max: 120 }),
      isMes: fc.boolean(),
    }),
  },
] as const

/** What a trader and a market do. */
export const doing: fc.Arbitrary<Happening['what']> = fc.oneof(...doings)

const faults = [
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stream' as const), isUp: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('commands' as const),
      fate: fc.constantFrom<PlainFate>('served', 'reply-lost', 'request-lost', 'not-sent', 'refused'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('readings' as const), isFailing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lag' as const), ms: fc.constantFrom(0, 300, 2_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('journal' as const), isFailing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), downMs: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), isTrusted: fc.boolean() }) },
] as const

const rules: fc.Arbitrary<EnabledRules> = fc
  .tuple(
    fc.option(fc.constant(settingsOf('max_contracts', { limit: 4 })), { nil: {} }),
    fc.option(fc.constant(settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 3, MES: 2 } })), {
      nil: {},
    }),
    fc.option(fc.constant(settingsOf('trade_frequency_limit', { limits: { per_minute: 4 } })), { nil: {} }),
    fc.option(fc.constant(settingsOf('no_stop_loss_grace', { grace_period_seconds: 5 })), { nil: {} }),
    fc.option(fc.constant(settingsOf('daily_unrealized_loss', { limit: -60 })), { nil: {} }),
    fc.option(fc.constant(settingsOf('cooldown_after_loss', { loss_threshold: -40 })), { nil: {} }),
    fc.option(fc.constant(settingsOf('auth_loss_guard')), { nil: {} }),
  )
  .map((chosen) => Object.assign({}, settingsOf('daily_realized_loss', { limit: -150 }), ...chosen))

const ticks = fc.integer({ min: 4, max: 60 })

/** Every part of RULE-012 on or off, beside the other rules. */
const managedRules: fc.Arbitrary<EnabledRules> = fc
  .tuple(
    rules,
    fc.record({
      auto_stop_loss: fc.record({ enabled: fc.boolean(), distance_ticks: ticks }),
      auto_take_profit: fc.record({ enabled: fc.boolean(), distance_ticks: ticks }),
      auto_breakeven: fc.record({ enabled: fc.boolean(), profit_trigger_ticks: ticks }),
      trailing_stop: fc.record({ enabled: fc.boolean(), activation_ticks: ticks, trail_distance_ticks: ticks }),
    }),
  )
  .map(([others, parts]) => ({ ...others, ...settingsOf('trade_management', { enabled: true, ...parts }) }))

function dayOf(
  chosen: fc.Arbitrary<EnabledRules>,
  what: fc.Arbitrary<Happening['what']>,
  isCalm: boolean,
): fc.Arbitrary<RandomDay> {
  const thenMs = fc.oneof(fc.constantFrom(0, 7, 25, 45), fc.nat({ max: 4_000 }))
  return fc.record({
    seed: fc.nat(),
    rules: chosen,
    isShuffled: fc.boolean(),
    isCalm: fc.constant(isCalm),
    happenings: fc.array(fc.record({ what, thenMs }), { minLength: 5, maxLength: 40 }),
  })
}

export const randomDay: fc.Arbitrary<RandomDay> = dayOf(rules, fc.oneof(...doings, ...faults), false)
/** The same with orders of ours. */
export const managedDay: fc.Arbitrary<RandomDay> = dayOf(managedRules, fc.oneof(...doings, ...faults), false)
export const calmManagedDay: fc.Arbitrary<RandomDay> = dayOf(managedRules, fc.oneof(...doings), true)

/** Faults are over; after this time everything that was owed is done: the slowest pace of repeats, readings and proof. */
const HEALED_MS = 50_000

/** Plays the day and holds the properties after every step of the world. What was done, as text that equal days share. */
export async function playDay(day: RandomDay): Promise<string> {
  using scene = await Scene.open({
    rules: day.rules,
    seed: day.seed,
    knobs: { eventOrder: day.isShuffled ? 'shuffled' : 'recorded' },
  })
  const watch = new PropertyWatch(scene, day.isCalm)
  scene.time.observe(() => watch.look())
  await scene.connect()
  for (const { what: happening, thenMs } of day.happenings) {
    await take(scene, happening)
    await scene.run(thenMs)
  }
  await heal(scene)
  await scene.run(HEALED_MS)
  watch.lookAtTheEnd()
  return JSON.stringify([
    scene.gateway.sent.map(({ atMs, command, outcome }) => [atMs, describeCommand(command), outcome?.kind]),
    scene.notes.map(({ kind, toldMs }) => [toldMs, kind]),
    daemonEntries(scene.exchange),
  ])
}

/** What must be true whatever happens (reliability 1.1, 1.2; risk rules 3.1, 3.2). */
export class PropertyWatch {
  readonly #scene: Scene
  readonly #isCalm: boolean
  /** Ids of the orders that carry our tag. */
  readonly #protective = new Set<number>()
  /** When the position of a contract last changed at the exchange, and the best that a stop of ours has been. */
  readonly #movedAt = new Map<string, number>()
  readonly #tightest = new Map<number, number>()
  #ledgerSeen = 0
  #notesSeen = 0
  #readingsSeen = 0
  readonly #lockouts = new Map<string, Lockout>()

  constructor(scene: Scene, isCalm: boolean) {
    this.#scene = scene
    this.#isCalm = isCalm
    scene.exchange.subscribe((event) => {
      if (event.kind === 'order') this.#lookAtStop(event.data)
    })
  }

  look(): void {
    this.lookAtCommands()
    this.#lookAtReadings()
    this.#lookAtLockouts()
  }

  lookAtCommands(): void {
    this.#lookAtLedger()
    if (this.#protective.size > 0) this.#lookAtOwnOrders()
    this.#lookAtRequests()
  }

  lookAtTheEnd(): void {
    const scene = this.#scene
    const state = scene.state()
    const story = scene.describe()
    // Every breach ended, was called moot, or is still pursued and a human was told; with all faults over, nothing is left.
    assert.deepEqual(state.goals, [], story)
    assert.deepEqual(state.inFlight, [], story)
    assert(state.word !== 'LOCKED' || scene.isFlat(), story)
    assert(['LOCKED', 'ACTIVE', 'REDUCING', 'BLIND'].includes(state.word), story)
    // The book is what the exchange says.
    for (const id of [MNQ, MES]) assert.equal(signedSize(state.book, id), scene.size(id), story)
    const works = exposureOf(state.book).orders.map(({ id }) => id)
    assert.deepEqual(
      works,
      scene.working().map(({ id }) => id),
      story,
    )
    const booked = sumUsd(state.book.trades.map(({ realized }) => realized.net))
    const traded = scene.exchange
      .trades(state.accountId)
      .reduce((sum, { profitAndLoss, fees, commissions }) => sum + (profitAndLoss ?? 0) - fees - (commissions ?? 0), 0)
    assert.equal(booked, usdOf(Math.round(traded * 10_000) / 10_000), story)
    // Orders of ours stand against a position only and cover no more of it than there is.
    for (const order of scene.working().filter(hasOwnTag)) {
      const held = scene.size(order.contractId)
      assert.equal(order.side, held > 0 ? 'sell' : 'buy', story)
      assert(held !== 0 && remainingSize(order) <= Math.abs(held), story)
    }
    // What is stored would start the next run in the same state.
    const stored = scene.store.loadAccount(state.accountId, state.lastReset)
    assert.deepEqual(stored.goals, [], story)
    assert.deepEqual(stored.commands, [], story)
    assert.deepEqual(new Set(stored.lockouts.map(({ id }) => id)), new Set(state.lockouts.map(({ id }) => id)), story)
    assert.equal(stored.trades.length, scene.exchange.trades(state.accountId).length, story)
    assert(scene.store.verifyAudit().ok, story)
    // Each command has one answer, unless its process died waiting for it.
    const answers = Map.groupBy(scene.told('command-answered'), ({ record }) => record.id)
    for (const [id, told] of answers) assert.equal(told.length, 1, id)
  }

  /** No command of the program enlarges a position or turns it over. */
  #lookAtLedger(): void {
    const ledger = this.#scene.exchange.ledger()
    for (const entry of ledger.slice(this.#ledgerSeen)) {
      const movedAt = this.#movedAt.get(entry.contractId) ?? Number.NEGATIVE_INFINITY
      if (entry.kind === 'fill') this.#movedAt.set(entry.contractId, entry.at)
      if (entry.author !== 'daemon') continue
      const story = JSON.stringify(entry)
      if (entry.kind === 'order' && entry.customTag !== null) this.#protective.add(entry.orderId)
      if (this.#protective.has(entry.orderId)) {
        // An order that waits at the exchange can be overtaken, by no more than the time that a change of it takes.
        assert(isReducing(entry) || !this.#isCalm || entry.at - movedAt <= OVERTAKEN_MS, `${story}, moved ${movedAt}`)
        continue
      }
      if (entry.kind === 'order') {
        assert.equal(Math.sign(entry.position) * (entry.side === 0 ? 1 : -1), -1, story)
        assert(entry.size <= Math.abs(entry.position), story)
      } else {
        assert(entry.positionAfter * entry.positionBefore >= 0, story)
        assert(Math.abs(entry.positionAfter) < Math.abs(entry.positionBefore), story)
      }
    }
    this.#ledgerSeen = ledger.length
  }

  /** A stop of ours only ever comes closer to the market; nobody else moves it on such a day. */
  #lookAtStop({ id, type, side: orderSide, customTag, stopPrice }: WireOrder): void {
    if (type !== 4 || !this.#protective.has(id) || stopPrice === null || stopPrice === undefined) return
    const price = orderSide === 1 ? stopPrice : -stopPrice
    const before = this.#tightest.get(id) ?? Number.NEGATIVE_INFINITY
    assert(price >= before, `the stop ${customTag} went from ${before} to ${price}`)
    this.#tightest.set(id, price)
  }

  /** One stop and one target of ours per contract and side, whatever was lost on the way. */
  #lookAtOwnOrders(): void {
    const seen = new Set<string>()
    for (const order of this.#scene.working()) {
      if (!hasOwnTag(order)) continue
      const place = `${order.type} ${order.side} ${order.contractId}`
      assert(!seen.has(place), `two orders of ours: ${place}; ${this.#scene.describe()}`)
      seen.add(place)
    }
  }

  /** At most one size-changing command per contract is on its way to the exchange. */
  #lookAtRequests(): void {
    const { sent } = this.#scene.gateway
    const underWay = new Set<string>()
    for (const { command, isOnItsWay } of sent.slice(-12)) {
      if (!isOnItsWay || (command.kind !== 'close-position' && command.kind !== 'reduce-position')) continue
      assert(!underWay.has(command.contractId), `two commands under way: ${describeCommand(command)}`)
      underWay.add(command.contractId)
    }
  }

  /** Readings leave the budget of 200 requests a minute to the commands; each costs two. */
  #lookAtReadings(): void {
    const { readings } = this.#scene.gateway
    const sixthLast = readings.at(-6)
    if (sixthLast === undefined) return
    const spanMs = this.#scene.time.elapsedMs() - sixthLast.atMs
    assert(spanMs >= 500 || readings.length === this.#readingsSeen, `six readings within ${spanMs} ms`)
    this.#readingsSeen = readings.length
  }

  /** A lockout that somebody was told of stands until its time has come, whatever else happens. */
  #lookAtLockouts(): void {
    const scene = this.#scene
    for (const note of scene.notes.slice(this.#notesSeen)) {
      if (note.kind === 'lockout-set' || note.kind === 'lockout-extended')
        this.#lockouts.set(note.lockout.id, note.lockout)
    }
    this.#notesSeen = scene.notes.length
    if (!scene.journal.isAlive || scene.journal.fault !== null) return
    const standing = new Set(scene.state().lockouts.map(({ id }) => id))
    for (const [id, lockout] of this.#lockouts) {
      const isOver = scene.time.now() >= (endInstant(lockout.end) ?? Number.POSITIVE_INFINITY)
      assert(isOver || standing.has(id), `lockout ${id} is gone`)
    }
  }
}

/** A request, its answer and the event before it, twice: an order that is being changed has to settle first. */
const OVERTAKEN_MS = 150

function isReducing(entry: LedgerEntry): boolean {
  if (entry.kind === 'fill') {
    const { positionBefore, positionAfter } = entry
    return positionAfter * positionBefore >= 0 && Math.abs(positionAfter) < Math.abs(positionBefore)
  }
  return Math.sign(entry.position) === (entry.side === 0 ? -1 : 1) && entry.size <= Math.abs(entry.position)
}

async function heal(scene: Scene): Promise<void> {
  scene.gateway.commandFate = () => ({ kind: 'served' })
  scene.gateway.readingFault = () => null
  scene.exchange.turn({ snapshotLagMs: 0 })
  scene.journal.fault = null
  scene.time.trusted = true
  scene.gateway.restore('market')
  scene.gateway.restore('user')
  await scene.run(0)
}

export async function take(scene: Scene, happening: Happening['what']): Promise<void> {
  const contractId = 'isMes' in happening && happening.isMes ? MES : MNQ
  switch (happening.kind) {
    case 'trade':
      scene.trade(happening.side, happening.size, { contractId })
      return
    case 'limit': {
      const away = (happening.side === 'buy' ? -0.25 : 0.25) * happening.awayTicks
      scene.trade(happening.side, happening.size, { type: 1, limitPrice: scene.price() + away })
      return
    }
    case 'stop': {
      const away = (happening.side === 'buy' ? 0.25 : -0.25) * happening.awayTicks
      scene.trade(happening.side, happening.size, { type: 4, stopPrice: scene.price() + away })
      return
    }
    case 'bracket': {
      const sign = happening.side === 'buy' ? 1 : -1
      scene.trade(happening.side, happening.size, {
        stopLossBracket: { ticks: -40 * sign, type: 4 },
        takeProfitBracket: { ticks: 40 * sign, type: 1 },
      })
      return
    }
    case 'cancel-one': {
      const [order] = scene.working()
      if (order !== undefined) scene.exchange.cancel(order.accountId, order.id, 'trader')
      return
    }
    case 'move':
      scene.move(happening.ticks, contractId)
      return
    case 'stream':
      if (happening.isUp) scene.gateway.restore('user')
      else scene.gateway.lose('user')
      return
    case 'commands': {
      const fate: CommandFate =
        happening.fate === 'refused'
          ? { kind: 'refused', outcome: { kind: 'refused', refusal: 'other', code: 5, message: null } }
          : { kind: happening.fate }
      scene.gateway.commandFate = () => fate
      return
    }
    case 'readings':
      scene.gateway.readingFault = () => (happening.isFailing ? 'status 503' : null)
      return
    case 'lag':
      scene.exchange.turn({ snapshotLagMs: happening.ms })
      return
    case 'journal':
      scene.journal.fault = happening.isFailing ? 'SQLITE_FULL' : null
      return
    case 'kill':
      // What a dying process could not write is lost; that it can die then is another test's matter.
      scene.journal.fault = null
      await scene.run(1_100)
      scene.kill()
      await scene.run(happening.downMs)
      await scene.restart()
      await scene.connect()
      return
    case 'clock':
      scene.time.trusted = happening.isTrusted
      return
    default:
      throw new RangeError(`nothing is known of ${JSON.stringify(happening)}`)
  }
}

import assert from 'node:assert/strict'
import { describeCommand, type Lockout, sumUsd, usdOf } from '@rm/domain'
import type { EnabledRules } from '@rm/rules'
import { exposureOf, signedSize } from '@rm/state/book'
import * as fc from 'fast-check'
import type { CommandFate } from './virtual-gateway.ts'
import { daemonEntries, MES, MNQ, Scene, settingsOf } from './scene.ts'

/** One thing that happens, and how long nothing else does. */
interface Happening {
  readonly what:
    | { readonly kind: 'trade'; readonly side: 'buy' | 'sell'; readonly size: number; readonly isMes: boolean }
    | { readonly kind: 'limit'; readonly side: 'buy' | 'sell'; readonly size: number; readonly awayTicks: number }
    | { readonly kind: 'stop'; readonly side: 'buy' | 'sell'; readonly size: number; readonly awayTicks: number }
    | { readonly kind: 'bracket'; readonly side: 'buy' | 'sell'; readonly size: number }
    | { readonly kind: 'cancel-one' }
    | { readonly kind: 'move'; readonly ticks: number; readonly isMes: boolean }
    | { readonly kind: 'stream'; readonly isUp: boolean }
    | { readonly kind: 'commands'; readonly fate: CommandFate['kind'] }
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
  readonly happenings: readonly Happening[]
}

const side = fc.constantFrom('buy' as const, 'sell' as const)
const size = fc.integer({ min: 1, max: 5 })
const awayTicks = fc.integer({ min: 4, max: 200 })

const what: fc.Arbitrary<Happening['what']> = fc.oneof(
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stream' as const), isUp: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('commands' as const),
      fate: fc.constantFrom<CommandFate['kind']>('served', 'reply-lost', 'request-lost', 'not-sent', 'refused'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('readings' as const), isFailing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lag' as const), ms: fc.constantFrom(0, 300, 2_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('journal' as const), isFailing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), downMs: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock' as const), isTrusted: fc.boolean() }) },
)

const rules: fc.Arbitrary<EnabledRules> = fc
  .tuple(
    fc.option(fc.constant(settingsOf('max_contracts', { limit: 4 })), { nil: {} }),
    fc.option(fc.constant(settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 3, MES: 2 } })), {
      nil: {},
    }),
    fc.option(fc.constant(settingsOf('trade_frequency_limit', { limits: { per_minute: 4 } })), { nil: {} }),
    fc.option(fc.constant(settingsOf('no_stop_loss_grace', { grace_period_seconds: 5 })), { nil: {} }),
  )
  .map((chosen) => Object.assign({}, settingsOf('daily_realized_loss', { limit: -150 }), ...chosen))

export const randomDay: fc.Arbitrary<RandomDay> = fc.record({
  seed: fc.nat(),
  rules,
  isShuffled: fc.boolean(),
  happenings: fc.array(fc.record({ what, thenMs: fc.oneof(fc.constantFrom(0, 7, 25, 45), fc.nat({ max: 4_000 })) }), {
    minLength: 5,
    maxLength: 40,
  }),
})

/** Faults are over; after this time everything that was owed is done: the slowest pace of repeats, readings and proof. */
const HEALED_MS = 50_000

/** Plays the day and holds the properties after every step of the world. What was done, as text that equal days share. */
export async function playDay(day: RandomDay): Promise<string> {
  using scene = await Scene.open({
    rules: day.rules,
    seed: day.seed,
    knobs: { eventOrder: day.isShuffled ? 'shuffled' : 'recorded' },
  })
  const watch = new PropertyWatch(scene)
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
class PropertyWatch {
  readonly #scene: Scene
  #ledgerSeen = 0
  #notesSeen = 0
  #readingsSeen = 0
  readonly #lockouts = new Map<string, Lockout>()

  constructor(scene: Scene) {
    this.#scene = scene
  }

  look(): void {
    this.#lookAtLedger()
    this.#lookAtRequests()
    this.#lookAtReadings()
    this.#lookAtLockouts()
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
      if (entry.author !== 'daemon') continue
      const story = JSON.stringify(entry)
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

  /** At most one size-changing command per contract is on its way to the exchange. */
  #lookAtRequests(): void {
    const { sent } = this.#scene.gateway
    const underWay = new Set<string>()
    for (const { command, isOnItsWay } of sent.slice(-12)) {
      if (!isOnItsWay || command.kind === 'cancel-order') continue
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
      assert(scene.time.now() >= lockout.end.at || standing.has(id), `lockout ${id} is gone`)
    }
  }
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

async function take(scene: Scene, happening: Happening['what']): Promise<void> {
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

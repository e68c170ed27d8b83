import assert from 'node:assert/strict'
import { type Command, describeCommand, unreachable } from '@rm/domain'
import type { CommandFate } from '@rm/gateway-sim/virtual'
import { patienceMs, propertyRuns } from '@rm/package-config/property-runs'
import type { EnabledRules } from '@rm/rules'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { doing, type Happening, PropertyWatch, take } from './random-day.ts'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

/*
 * What holds of every pursuit (risk rules, 3.1): real kernel, rules, store and exchange; the way between program and exchange takes its time, and
 * answers get lost. Random days play whole days with crashes on top; here many short bursts are played.
 */

/** A scene costs more than a burst that is played on it, so many share one; each leaves the account flat and without goals. */
const BURSTS_PER_SCENE = 20

interface Burst {
  readonly happenings: readonly Happening[]
  readonly delays: { readonly requestMs: number; readonly replyMs: number; readonly streamMs: number }
  readonly isShuffled: boolean
  readonly fillMs: number
  readonly lagMs: number
  readonly fates: readonly CommandFate['kind'][]
}

/** @param fillMs - how long an order takes at the venue, where another one may overtake it */
function bursts(fate: fc.Arbitrary<CommandFate['kind']>, fillMs: readonly number[] = [0]): fc.Arbitrary<Burst> {
  const wayMs = fc.constantFrom(1, 5, 20, 80, 250)
  return fc.record({
    happenings: fc.array(fc.record({ what: doing, thenMs: fc.constantFrom(0, 1, 7, 25, 45, 90, 400) }), {
      minLength: 1,
      maxLength: 8,
    }),
    delays: fc.record({ requestMs: wayMs, replyMs: wayMs, streamMs: wayMs }),
    isShuffled: fc.boolean(),
    fillMs: fc.constantFrom(...fillMs),
    lagMs: fc.constantFrom(0, 0, 300, 2_000),
    fates: fc.array(fate, { minLength: 1, maxLength: 3 }),
  })
}

const cooperative = bursts(fc.constant('served'), [0, 10, 60])
const stubborn = bursts(
  fc.constantFrom<CommandFate['kind']>('served', 'served', 'reply-lost', 'request-lost', 'not-sent', 'refused'),
)

/** An account on which bursts are played one after the other. */
class Arena implements Disposable {
  readonly #rules: EnabledRules
  /** Where orders of the trader overtake ours at the venue, what ours do to the position is not in our hands. */
  readonly #isVenueSlow: boolean
  #scene: Scene | null = null
  #played = 0

  constructor(rules: EnabledRules, isVenueSlow = false) {
    this.#rules = rules
    this.#isVenueSlow = isVenueSlow
  }

  async play(burst: Burst, check: (scene: Scene) => void): Promise<void> {
    const scene = await this.#ready()
    const { happenings, delays, isShuffled, fillMs, lagMs, fates } = burst
    Object.assign(scene.gateway.delays, delays)
    scene.exchange.turn({
      eventOrder: isShuffled ? 'shuffled' : 'recorded',
      fillLatencyMs: [0, fillMs],
      snapshotLagMs: lagMs,
    })
    const first = scene.gateway.sent.length
    scene.gateway.commandFate = (_command, nth) => fateOf(fates[nth - first] ?? 'served')
    for (const { what, thenMs } of happenings) {
      await take(scene, what)
      await scene.run(thenMs)
    }
    await settle(scene)
    // What the test reads off the exchange lags behind as well.
    await scene.run(lagMs)
    check(scene)
    await this.#leaveFlat(scene)
  }

  [Symbol.dispose](): void {
    this.#scene?.[Symbol.dispose]()
    this.#scene = null
  }

  async #ready(): Promise<Scene> {
    if (this.#scene !== null && this.#played < BURSTS_PER_SCENE) {
      this.#played += 1
      return this.#scene
    }
    this[Symbol.dispose]()
    const scene = await Scene.open({ rules: this.#rules })
    this.#scene = scene
    this.#played = 1
    const commands = new CommandWatch(scene)
    const ledger = new PropertyWatch(scene, false)
    scene.time.observe(() => {
      commands.look()
      if (!this.#isVenueSlow) ledger.lookAtCommands()
    })
    await scene.connect()
    return scene
  }

  /** The trader goes home, and the goals of the burst end. */
  async #leaveFlat(scene: Scene): Promise<void> {
    scene.exchange.turn({ snapshotLagMs: 0, fillLatencyMs: [0, 0] })
    for (const { id } of scene.working()) scene.exchange.cancel(TRADER, id, 'trader')
    for (const contractId of [MNQ, MES]) scene.exchange.closeContract(TRADER, contractId, 'trader')
    await settle(scene)
    assert.deepEqual(sizesOf(scene), [], scene.describe())
  }
}

/** Commands as the journal and the reports tell of them: durable with their reasons before they leave, and never blind after a doubt. */
class CommandWatch {
  readonly #scene: Scene
  readonly #durable = new Set<Command>()
  readonly #begun = new Set<string>()
  readonly #answers = new Map<string, number>()
  /** Commands whose effect nobody knows, by what they act on. */
  readonly #doubts = new Map<string, string>()
  #notesSeen = 0

  constructor(scene: Scene) {
    this.#scene = scene
    scene.journal.afterCommit = (_nth, record) => {
      for (const { action, subject, detail } of record.audit) this.#takeAudit(action, subject, detail)
      for (const { command } of record.commands) this.#durable.add(command)
    }
    scene.gateway.onSend = (command) => assert(this.#durable.has(command), `not durable: ${describeCommand(command)}`)
  }

  look(): void {
    for (const note of this.#scene.notes.slice(this.#notesSeen)) {
      if (note.kind !== 'command-answered' && note.kind !== 'command-settled' && note.kind !== 'command-sent') continue
      const { record } = note
      const target = targetOf(record.command)
      if (note.kind === 'command-answered') {
        if (record.outcome?.kind === 'unknown' && record.state === 'in-doubt') this.#doubts.set(target, record.id)
      } else if (note.kind === 'command-settled') {
        if (this.#doubts.get(target) === record.id) this.#doubts.delete(target)
      } else {
        assert(!this.#doubts.has(target), `sent again without a look: ${describeCommand(record.command)}`)
      }
    }
    this.#notesSeen = this.#scene.notes.length
  }

  #takeAudit(action: string, subject: string, detail: Readonly<Record<string, unknown>>): void {
    if (action === 'breach-begun' || action === 'lockout-set') this.#begun.add(subject)
    if (action === 'goal-begun') {
      assert(this.#begun.has(String(detail['origin'])), `a goal without a reason: ${JSON.stringify(detail)}`)
      this.#begun.add(subject)
    }
    if (action === 'command-sent') {
      assert(this.#begun.has(String(detail['goal'])), `a command without a goal: ${JSON.stringify(detail)}`)
      this.#answers.set(subject, 0)
    }
    if (action === 'command-answered') {
      const answers = (this.#answers.get(subject) ?? Number.NaN) + 1
      assert.equal(answers, 1, `outcomes of ${subject}`)
      this.#answers.set(subject, answers)
    }
  }
}

function targetOf(command: Command): string {
  return command.kind === 'cancel-order' ? `order ${command.orderId}` : `position ${command.contractId}`
}

function fateOf(kind: CommandFate['kind']): CommandFate {
  switch (kind) {
    case 'refused':
      return { kind, outcome: { kind: 'refused', refusal: 'other', code: 5, message: null } }
    case 'slow':
      return { kind, requestMs: 300, replyMs: 1_500 }
    case 'served':
    case 'reply-lost':
    case 'request-lost':
    case 'not-sent':
    case 'no-effect':
    case 'rejected-later':
      return { kind }
    default:
      return unreachable(kind)
  }
}

function sizesOf(scene: Scene): readonly number[] {
  return scene.exchange.positions(TRADER).map(({ size }) => size)
}

/** The slowest answer, the look after it, the repeat at the slow pace and two clean readings, for each request that may go wrong. */
const SETTLED_MS = 40_000

/** Runs until nothing is owed; a moment at least, in which everything that was on its way has arrived. */
async function settle(scene: Scene): Promise<void> {
  await scene.run(700)
  const endMs = scene.time.elapsedMs() + SETTLED_MS
  while (!isDone(scene) && scene.time.elapsedMs() < endMs) await scene.run(250)
  // A turn with facts only waits some milliseconds for company before it is told.
  await scene.run(20)
}

function isDone(scene: Scene): boolean {
  const { goals, inFlight, unanswered } = scene.state()
  return goals.length === 0 && inFlight.length === 0 && unanswered.size === 0
}

/** Nothing is owed, and every command that left has its outcome. */
function assertDone(scene: Scene): void {
  const answered = new Set(scene.told('command-answered').map(({ record }) => record.id))
  const isAnswered = scene.told('command-sent').every(({ record }) => answered.has(record.id))
  assert(isDone(scene) && isAnswered, scene.describe())
}

const CLOSED = settingsOf('session_block_outside', { global_session: { start: '08:30', end: '09:00' } })
const CAPPED = settingsOf('max_contracts', { limit: 3 })
const LOSING = settingsOf('daily_unrealized_loss', { limit: -25, scope: 'total' })

const TIMEOUT = { timeout: patienceMs(120_000) }

// A burst that failed leaves its account in disorder, so smaller ones prove nothing on it; the seed plays all of them again.
const RUNS = { numRuns: propertyRuns(), endOnFailure: true }

test('whatever fills meanwhile, an account that has to be flat ends flat and without an order', TIMEOUT, async () => {
  using arena = new Arena(CLOSED, true)
  await fc.assert(
    fc.asyncProperty(cooperative, (burst) =>
      arena.play(burst, (scene) => {
        assertDone(scene)
        assert(scene.isFlat(), scene.describe())
      }),
    ),
    RUNS,
  )
})

test(
  'whatever becomes of requests and answers, none enlarges, turns over, repeats in doubt or leaves without its reason',
  TIMEOUT,
  async () => {
    using closed = new Arena(CLOSED)
    using capped = new Arena(CAPPED)
    using losing = new Arena(LOSING)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(closed, capped, losing), stubborn, (arena, burst) =>
        arena.play(burst, (scene) => {
          assertDone(scene)
          if (arena === closed) assert(scene.isFlat(), scene.describe())
          if (arena === capped) assert(sizesOf(scene).reduce((sum, size) => sum + size, 0) <= 3, scene.describe())
        }),
      ),
      RUNS,
    )
  },
)

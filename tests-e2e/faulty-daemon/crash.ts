import { existsSync } from 'node:fs'
import type { Opened } from '@rm/daemon/boot'
import type { Command, CommandOutcome, DomainEvent, TurnRecord } from '@rm/domain'
import Sqlite from 'better-sqlite3'
import type { CrashFault, CrashPoint } from './fault.ts'
import { wrap } from './wrap.ts'

/** A request is on the wire by then, however busy the machine. */
const ON_THE_WIRE_MS = 60

/** Events that a trader causes. */
const TRADERS_EVENTS: ReadonlySet<DomainEvent['kind']> = new Set([
  'position-changed',
  'order-changed',
  'trade-reported',
])

/** A crash point: what the ports of the daemon have to be wrapped in. To be made before the store is opened. */
export class CrashPointAround {
  readonly #crash: Crash

  constructor(fault: CrashFault) {
    const crash = new Crash(fault)
    this.#crash = crash
    // The prototype gives each method away to the store that prepares its transaction with it.
    // oxlint-disable-next-line typescript/unbound-method -- it is called on the database again, below
    const begin = Sqlite.prototype.transaction
    Sqlite.prototype.transaction = function transaction(work) {
      return begin.call(this, (...args: unknown[]) => {
        const result: unknown = work(...args)
        crash.beforeEndOfTransaction()
        return result
      })
    }
  }

  around(opened: Opened): Opened {
    const { store, gateway } = opened
    const crash = this.#crash
    return {
      ...opened,
      store: wrap(store, {
        commit: (records) => {
          crash.beforeCommit(records)
          store.commit(records)
          crash.afterCommit(records)
        },
      }),
      gateway: wrap(gateway, {
        connect: (accountIds, sink) =>
          gateway.connect(accountIds, (event) => {
            if (crash.hears(event)) sink(event)
          }),
        send: (command, commandId) =>
          crash.send(
            command,
            () => gateway.send(command, commandId),
            () => store.checkpoint(),
          ),
      }),
    }
  }
}

class Crash {
  readonly #fault: CrashFault
  #isArmed = false
  #requests = 0
  /** Nothing that the gateway says is heard any more: the process is as good as dead. */
  #isDeaf = false
  /** The transaction that is under way is the one to die in. */
  #isInside = false

  constructor(fault: CrashFault) {
    this.#fault = fault
  }

  hears(event: DomainEvent): boolean {
    if (this.#isAt('CP-01') && TRADERS_EVENTS.has(event.kind)) die()
    return !this.#isDeaf
  }

  beforeCommit(records: readonly TurnRecord[]): void {
    if (this.#isAt('CP-02') && this.#decide(records)) this.#isInside = true
    if (this.#isAt('CP-03') && this.#decide(records)) die()
    if (this.#requests === 0) return
    if (this.#isAt('CP-09') && proves(records)) die()
    if (this.#isAt('CP-14 before') && crossesReset(records)) die()
  }

  /** Every row is written, and none of them committed. */
  beforeEndOfTransaction(): void {
    if (this.#isInside) die()
  }

  afterCommit(records: readonly TurnRecord[]): void {
    if (this.#isAt('CP-04') && this.#decide(records)) die()
    if (this.#requests === 0) return
    if (this.#isAt('CP-08') && this.#settle(records)) die()
    if (this.#isAt('CP-10') && proves(records)) die()
    if (this.#isAt('CP-14 after') && crossesReset(records)) die()
  }

  async send(command: Command, send: () => Promise<CommandOutcome>, checkpoint: () => void): Promise<CommandOutcome> {
    if (!this.#armed()) return send()
    if (this.#isAt('CP-05')) this.#requests += 1
    else if (command.kind === this.#fault.command) this.#requests += 1
    if (this.#isAt('CP-05') && this.#requests === 2) {
      setTimeout(die, ON_THE_WIRE_MS)
      this.#isDeaf = true
      return never()
    }
    if (command.kind !== this.#fault.command) return this.#answer(send())
    if (this.#isAt('CP-06') || this.#isAt('CP-11')) {
      this.#isDeaf = true
      setTimeout(() => {
        if (this.#isAt('CP-11')) checkpoint()
        die()
      }, ON_THE_WIRE_MS)
    }
    const outcome = await this.#answer(send())
    if (this.#isAt('CP-07')) die()
    return outcome
  }

  async #answer(outcome: Promise<CommandOutcome>): Promise<CommandOutcome> {
    const answer = await outcome
    return this.#isDeaf ? never() : answer
  }

  #isAt(point: CrashPoint): boolean {
    return this.#fault.point === point && this.#armed()
  }

  #armed(): boolean {
    this.#isArmed ||= existsSync(this.#fault.armedBy)
    return this.#isArmed
  }

  #decide(records: readonly TurnRecord[]): boolean {
    return this.#commandsOf(records).some(({ state }) => state === 'sending')
  }

  #settle(records: readonly TurnRecord[]): boolean {
    return this.#commandsOf(records).some(({ outcome }) => outcome !== null)
  }

  #commandsOf(records: readonly TurnRecord[]): TurnRecord['commands'] {
    return records.flatMap(({ commands }) => commands).filter(({ command }) => command.kind === this.#fault.command)
  }
}

function proves(records: readonly TurnRecord[]): boolean {
  return records.some(({ goals }) => goals.some(({ endedAt }) => endedAt !== null))
}

function crossesReset(records: readonly TurnRecord[]): boolean {
  return records.some(({ resets }) => resets.length > 0)
}

function never(): Promise<never> {
  return new Promise(() => {})
}

/** Returns no more: SIGKILL of one's own process is delivered before the call is over. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('a killed process goes on')
}

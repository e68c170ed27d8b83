import type { ExchangePort, SimClock } from '../seam.ts'

/** What a routine waits for before it goes on. */
export type Pause =
  | { readonly kind: 'until'; readonly epochMs: number }
  | { readonly kind: 'when'; readonly isMet: () => boolean; readonly deadlineMs: number }

/** Steps in business time. After a `when` it is told whether the condition came true (or the deadline passed). */
export type Routine = Generator<Pause, void, boolean>

/** A routine that has been started. */
export interface RunningRoutine {
  readonly isOver: boolean
  stop(): void
}

/** Runs a routine on the exchange's clock; conditions are looked at after every event of the exchange. */
export function runRoutine(
  routine: Routine,
  exchange: Pick<ExchangePort, 'subscribe'>,
  clock: SimClock,
  onOver: () => void = () => undefined,
): RunningRoutine {
  return new ClockRoutine(routine, exchange, clock, onOver)
}

class ClockRoutine implements RunningRoutine {
  readonly #routine: Routine
  readonly #clock: SimClock
  readonly #onOver: () => void
  readonly #unsubscribe: () => void
  #pause: Pause | undefined
  #cancelTimer: () => void = () => undefined
  #isOver = false

  constructor(routine: Routine, exchange: Pick<ExchangePort, 'subscribe'>, clock: SimClock, onOver: () => void) {
    this.#routine = routine
    this.#clock = clock
    this.#onOver = onOver
    this.#unsubscribe = exchange.subscribe(() => this.#look())
    this.#goOn(true)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  stop(): void {
    this.#isOver = true
    this.#pause = undefined
    this.#cancelTimer()
    this.#unsubscribe()
  }

  /** Steps until the routine has to wait. While it steps there is no pause, so that its own events do not wake it. */
  #goOn(isMet: boolean): void {
    this.#cancelTimer()
    this.#pause = undefined
    let answer = isMet
    for (;;) {
      const next = this.#routine.next(answer)
      if (this.#isOver) return
      if (next.done === true) return this.#end()
      const verdict = this.#verdict(next.value)
      if (verdict === undefined) return this.#wait(next.value)
      answer = verdict
    }
  }

  #verdict(pause: Pause): boolean | undefined {
    const deadline = pause.kind === 'until' ? pause.epochMs : pause.deadlineMs
    if (pause.kind === 'when' && pause.isMet()) return true
    if (this.#clock.now() < deadline) return undefined
    return pause.kind === 'until'
  }

  #wait(pause: Pause): void {
    this.#pause = pause
    const deadline = pause.kind === 'until' ? pause.epochMs : pause.deadlineMs
    this.#cancelTimer = this.#clock.after(deadline - this.#clock.now(), () => this.#goOn(this.#verdict(pause) ?? false))
  }

  #look(): void {
    if (this.#pause?.kind === 'when' && this.#pause.isMet()) this.#goOn(true)
  }

  #end(): void {
    this.stop()
    this.#onOver()
  }
}

import {
  type HubName,
  OrderSide,
  OrderStatus,
  OrderType,
  type PlaceOrderRequest,
  PositionType,
} from '@rm/sdk-bridge/wire'
import type { FaultPlan } from '../fault-plan.ts'
import type { KnobBoard } from '../knobs.ts'
import type { ExchangeEvent, SimClock } from '../seam.ts'
import type { Exchange } from './exchange.ts'
import { type Pause, type Routine, runRoutine } from './routine.ts'
import { durationMs, type Scenario, type Trader, type TraderStep } from './trader-script.ts'
import { unreachable } from '../unreachable.ts'

/** What became of one step. */
type StepOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly errorMessage: string | null }
  /** A wait whose condition did not come true in time. */
  | { readonly kind: 'gave-up' }

/** One step of one trader, as it happened. */
export interface PlayedStep {
  readonly atMs: number
  readonly accountId: number
  readonly step: TraderStep
  readonly outcome: StepOutcome
}

/** What a scenario acts upon. */
export interface ScenarioStage {
  readonly exchange: Exchange
  readonly clock: SimClock
  readonly faults: Pick<FaultPlan, 'hub' | 'rest' | 'clear'>
  readonly knobs: Pick<KnobBoard, 'turn'>
  inject(hub: HubName, target: string, args: readonly unknown[]): unknown
}

/** A scenario that is being played. */
export interface ScenarioRun {
  /** Every trader has done all its steps. */
  readonly isOver: boolean
  stop(): void
}

/**
 * Plays a scenario's traders from now on, each by itself, at the pace of the clock.
 *
 * @param onStep - told after every step, in order of time
 * @throws RangeError when a step names a contract that nobody lists; nothing has been done then
 */
export function playScenario(
  scenario: Scenario,
  stage: ScenarioStage,
  onStep: (played: PlayedStep) => void = () => undefined,
): ScenarioRun {
  const { exchange, clock } = stage
  for (const { steps } of scenario.traders) for (const step of steps) requireContracts(step, exchange)
  const startMs = clock.now()
  const runs = scenario.traders.map((trader) => {
    const run = new TraderRun(trader, stage, startMs, onStep)
    return { trader: run, routine: runRoutine(run.steps(), exchange, clock, () => run.leave()) }
  })
  return {
    get isOver() {
      return runs.every(({ routine }) => routine.isOver)
    },
    stop() {
      for (const { trader, routine } of runs) {
        routine.stop()
        trader.leave()
      }
    },
  }
}

const done: StepOutcome = { kind: 'done' }

class TraderRun {
  readonly #trader: Trader
  readonly #exchange: Exchange
  readonly #clock: SimClock
  readonly #stage: ScenarioStage
  readonly #startMs: number
  readonly #onStep: (played: PlayedStep) => void
  /** Signed contracts by contract id, as the stream told. */
  readonly #positions = new Map<string, number>()
  readonly #seen = { fill: 0, rejection: 0, cancellation: 0 }
  /** Ends the subscription. */
  readonly leave: () => void

  constructor(trader: Trader, stage: ScenarioStage, startMs: number, onStep: (played: PlayedStep) => void) {
    const { exchange, clock } = stage
    this.#trader = trader
    this.#exchange = exchange
    this.#clock = clock
    this.#stage = stage
    this.#startMs = startMs
    this.#onStep = onStep
    for (const { contractId, type, size } of exchange.positions(trader.account)) {
      this.#positions.set(contractId, type === PositionType.short ? -size : size)
    }
    this.leave = exchange.subscribe((event) => this.#notice(event))
  }

  *steps(): Routine {
    yield* this.#play(this.#trader.steps)
  }

  *#play(steps: readonly TraderStep[]): Routine {
    for (const step of steps) {
      if (step.at !== undefined) yield { kind: 'until', epochMs: this.#startMs + durationMs(step.at) }
      if (step.after !== undefined) yield { kind: 'until', epochMs: this.#clock.now() + durationMs(step.after) }
      if (step.do === 'repeat') {
        for (let round = 0; round < step.times; round += 1) yield* this.#play(step.steps)
        continue
      }
      const outcome = step.do === 'wait' ? yield* this.#await(step) : this.#act(step)
      this.#onStep({ atMs: this.#clock.now(), accountId: this.#trader.account, step, outcome })
    }
  }

  *#await({ until, atMost }: WaitStep): Generator<Pause, StepOutcome, boolean> {
    const deadlineMs = this.#clock.now() + durationMs(atMost)
    const isMet = yield { kind: 'when', isMet: this.#condition(until), deadlineMs }
    return isMet ? done : { kind: 'gave-up' }
  }

  #condition(until: WaitStep['until']): () => boolean {
    if ('position' in until) {
      const { contract, size } = until.position
      const contractId = this.#contractId(contract)
      return () => (this.#positions.get(contractId) ?? 0) === size
    }
    if ('event' in until) {
      const before = this.#seen[until.event]
      return () => this.#seen[until.event] > before
    }
    if (until.flat === 'everything') return () => [...this.#positions.values()].every((size) => size === 0)
    const contractId = this.#contractId(until.flat)
    return () => (this.#positions.get(contractId) ?? 0) === 0
  }

  #act(step: Exclude<TraderStep, { do: 'wait' | 'repeat' }>): StepOutcome {
    switch (step.do) {
      case 'market':
      case 'limit':
      case 'stop':
      case 'trailing-stop':
        return this.#place(step)
      case 'move-stop':
        return this.#moveStops(step)
      case 'cancel-all':
        return this.#cancelAll(step.contract)
      case 'close':
        return this.#close(step.contract, step.size)
      case 'move':
        this.#exchange.driftMarket(this.#contractId(step.contract), step.ticks, durationMs(step.over ?? 0))
        return done
      case 'price':
        this.#exchange.driftPrice(this.#contractId(step.contract), step.price, durationMs(step.over ?? 0))
        return done
      case 'pin':
        this.#exchange.pinRegime(this.#contractId(step.contract), step.regime)
        return done
      case 'firm':
        this.#exchange.setCanTrade(this.#trader.account, step.canTrade)
        return done
      case 'list':
        this.#exchange.setListed(this.#trader.account, step.listed)
        return done
      case 'fault':
        this.#stage.faults.hub(step.hub, step.fault, step.scope)
        return done
      case 'rest-fault':
        this.#stage.faults.rest(step.route, step.fault, step.scope)
        return done
      case 'heal':
        this.#stage.faults.clear()
        return done
      case 'inject':
        this.#stage.inject(step.hub, step.target, step.arguments)
        return done
      case 'knobs':
        this.#stage.knobs.turn(step.gateway ?? {})
        this.#exchange.turn(step.exchange ?? {})
        return done
      default:
        return unreachable(step)
    }
  }

  #place(step: OrderStep): StepOutcome {
    const contractId = this.#contractId(step.contract)
    const side = step.side === 'buy' ? OrderSide.buy : OrderSide.sell
    const best = this.#exchange.bestPrices(contractId)
    const common = {
      accountId: this.#trader.account,
      contractId,
      side,
      size: step.size,
      customTag: step.tag ?? null,
    }
    const ahead = (ticks: number): number => aheadOf(best, side, ticks)
    const behind = (ticks: number): number =>
      aheadOf(best, side === OrderSide.buy ? OrderSide.sell : OrderSide.buy, ticks)
    const { errorCode, errorMessage, success } = this.#exchange.place(
      { ...common, ...orderTerms(step, ahead, behind) },
      'trader',
    )
    return success ? done : { kind: 'refused', errorCode, errorMessage: errorMessage ?? null }
  }

  #moveStops({ contract, price }: Extract<TraderStep, { do: 'move-stop' }>): StepOutcome {
    const accountId = this.#trader.account
    const contractId = this.#contractId(contract)
    const best = this.#exchange.bestPrices(contractId)
    for (const order of this.#exchange.orders(accountId)) {
      if (order.contractId !== contractId || order.type !== OrderType.stop || order.status !== OrderStatus.open)
        continue
      const stopPrice = typeof price === 'number' ? price : aheadOf(best, order.side, price.awayTicks)
      const { success, errorCode, errorMessage } = this.#exchange.modify(
        { accountId, orderId: order.id, stopPrice },
        'trader',
      )
      if (!success) return { kind: 'refused', errorCode, errorMessage: errorMessage ?? null }
    }
    return done
  }

  #cancelAll(contract: string | undefined): StepOutcome {
    const contractId = contract === undefined ? undefined : this.#contractId(contract)
    const cancellable: readonly number[] = [OrderStatus.open, OrderStatus.suspended]
    for (const order of this.#exchange.orders(this.#trader.account)) {
      const isMeant = contractId === undefined || order.contractId === contractId
      if (isMeant && cancellable.includes(order.status)) this.#exchange.cancel(this.#trader.account, order.id, 'trader')
    }
    return done
  }

  #close(contract: string, size: number | undefined): StepOutcome {
    const contractId = this.#contractId(contract)
    const { success, errorCode, errorMessage } =
      size === undefined
        ? this.#exchange.closeContract(this.#trader.account, contractId, 'trader')
        : this.#exchange.partialCloseContract(this.#trader.account, contractId, size, 'trader')
    return success ? done : { kind: 'refused', errorCode, errorMessage: errorMessage ?? null }
  }

  #notice(event: ExchangeEvent): void {
    if (event.kind === 'quote' || event.accountId !== this.#trader.account) return
    if (event.kind === 'position') {
      const { contractId, type, size } = event.data
      this.#positions.set(contractId, type === PositionType.short ? -size : size)
    }
    if (event.kind === 'trade') this.#seen.fill += 1
    if (event.kind !== 'order') return
    if (event.data.status === OrderStatus.rejected) this.#seen.rejection += 1
    if (event.data.status === OrderStatus.cancelled) this.#seen.cancellation += 1
  }

  #contractId(name: string): string {
    return contractIdOrThrow(name, this.#exchange)
  }
}

type WaitStep = Extract<TraderStep, { do: 'wait' }>
type OrderStep = Extract<TraderStep, { do: 'market' | 'limit' | 'stop' | 'trailing-stop' }>

/** Where a stop of this side rests: above the market to buy, below it to sell. */
function aheadOf({ bid, ask, tickSize }: ReturnType<Exchange['bestPrices']>, side: OrderSide, ticks: number): number {
  return side === OrderSide.buy ? ask + ticks * tickSize : bid - ticks * tickSize
}

function orderTerms(
  step: OrderStep,
  ahead: (ticks: number) => number,
  behind: (ticks: number) => number,
): Pick<
  PlaceOrderRequest,
  'type' | 'limitPrice' | 'stopPrice' | 'trailPrice' | 'stopLossBracket' | 'takeProfitBracket'
> {
  const losing = step.side === 'buy' ? -1 : 1
  switch (step.do) {
    case 'market': {
      const { stopLossTicks: loss, takeProfitTicks: profit } = step
      return {
        type: OrderType.market,
        stopLossBracket: loss === undefined ? null : { ticks: loss * losing, type: OrderType.stop },
        takeProfitBracket: profit === undefined ? null : { ticks: -profit * losing, type: OrderType.limit },
      }
    }
    case 'limit':
      return {
        type: OrderType.limit,
        limitPrice: typeof step.price === 'number' ? step.price : behind(step.price.awayTicks),
      }
    case 'stop':
      return {
        type: OrderType.stop,
        stopPrice: typeof step.price === 'number' ? step.price : ahead(step.price.awayTicks),
      }
    case 'trailing-stop':
      return { type: OrderType.trailingStop, trailPrice: ahead(step.awayTicks) }
    default:
      return unreachable(step)
  }
}

function requireContracts(step: TraderStep, exchange: Exchange): void {
  if (step.do === 'repeat') {
    for (const inner of step.steps) requireContracts(inner, exchange)
    return
  }
  for (const name of contractsOf(step)) if (name !== undefined) contractIdOrThrow(name, exchange)
}

function contractsOf(step: Exclude<TraderStep, { do: 'repeat' }>): (string | undefined)[] {
  if (step.do === 'wait') return contractsOfWait(step.until)
  return 'contract' in step ? [step.contract] : []
}

function contractsOfWait(until: WaitStep['until']): (string | undefined)[] {
  if ('position' in until) return [until.position.contract]
  if ('flat' in until && until.flat !== 'everything') return [until.flat]
  return []
}

function contractIdOrThrow(name: string, exchange: Exchange): string {
  const contractId = exchange.contractIdOf(name)
  if (contractId === undefined) throw new RangeError(`a script names ${name}, which is no contract`)
  return contractId
}

import { restRoutes, type HubName } from '@rm/sdk-bridge/wire'
import { SeededDice } from './exchange/seeded-dice.ts'
import {
  faultScopeSchema,
  hubFaultSchema,
  restFaultSchema,
  type FaultScope,
  type FaultScopeInput,
  type FaultyRoute,
  type HubFault,
  type HubFaultInput,
  type RestFault,
  type RestFaultInput,
  type StreamKind,
} from './fault-vocabulary.ts'

/** A plan as the control plane shows it; `hits` is how many calls or events it has harmed. */
export type PlannedFault = { readonly id: number; readonly scope: FaultScope; readonly hits: number } & (
  | { readonly route: FaultyRoute; readonly fault: RestFault }
  | { readonly hub: HubName; readonly fault: HubFault }
)

/** A REST call as the plans see it. */
export interface FaultyCall {
  readonly route: string
  readonly accountId: number | null
  readonly userName: string | null
}

/** A hub event or an invocation as the plans see it. */
export interface FaultyStreamItem {
  readonly kind?: StreamKind
  readonly method?: string
  readonly accountId: number | null
  readonly userName: string | null
}

/** Faults that sit on a hub until their count is used up. The others happen at once, when they are planned. */
export type StandingHubFault = Extract<
  HubFault,
  { verb: 'dup' | 'reorder' | 'delay' | 'drop' | 'reject-invoke' | 'hang-invoke' | 'handshake' }
>
export type ImmediateHubFault = Exclude<HubFault, StandingHubFault>

interface Count {
  readonly id: number
  readonly scope: FaultScope
  readonly dice: SeededDice
  seen: number
  hits: number
}

interface RestPlan extends Count {
  readonly route: FaultyRoute
  readonly fault: RestFault
}

interface HubPlan<Fault = HubFault> extends Count {
  readonly hub: HubName
  readonly fault: Fault
}

/** What the plans act upon at once. */
export interface FaultActor {
  /** Prepares for REST reads of a past state: so long ago at most, 0 for never. */
  reachBack(ms: number): void
  /** Carries an immediate fault out; the result ends it where it lasts (`down`, `flap`). */
  act(hub: HubName, fault: ImmediateHubFault, scope: FaultScope): (() => void) | undefined
}

/** Every planned fault of one simulator. */
export class FaultPlan {
  readonly #seed: number
  readonly #actor: FaultActor
  #lastId = 0
  #rest: RestPlan[] = []
  #hub: HubPlan<StandingHubFault>[] = []
  /** Immediate hub faults that last, with what ends them. */
  #lasting: { readonly plan: HubPlan; readonly end: () => void }[] = []

  constructor(seed: number, actor: FaultActor) {
    this.#seed = seed
    this.#actor = actor
  }

  /**
   * Plans a fault for REST calls, one matching call unless the scope says more.
   *
   * @returns its id, for `clear`
   */
  rest(route: FaultyRoute, fault: RestFaultInput, scope: FaultScopeInput = {}): number {
    const plan: RestPlan = { ...this.#count(scope), route, fault: restFaultSchema.parse(fault) }
    this.#rest.push(plan)
    this.#actor.reachBack(this.#longestLagMs())
    return plan.id
  }

  /** Plans a fault for a hub, or carries it out where it is a matter of the moment. */
  hub(hub: HubName, fault: HubFaultInput, scope: FaultScopeInput = {}): number {
    const planned = hubFaultSchema.parse(fault)
    const count = this.#count(scope)
    if (isStanding(planned)) {
      this.#hub.push({ ...count, hub, fault: planned })
      return count.id
    }
    if (planned.verb === 'up') this.#endLasting((lasting) => lasting.hub === hub && lasting.fault.verb === 'down')
    const end = this.#actor.act(hub, planned, count.scope)
    if (end !== undefined) this.#lasting.push({ plan: { ...count, hub, fault: planned }, end })
    return count.id
  }

  /** Removes one plan or all of them, and ends what they still do. */
  clear(id?: number): void {
    const isKept = (plan: Count): boolean => id !== undefined && plan.id !== id
    this.#rest = this.#rest.filter(isKept)
    this.#hub = this.#hub.filter(isKept)
    this.#endLasting((plan) => !isKept(plan))
    this.#actor.reachBack(this.#longestLagMs())
  }

  /** Every fault for this call, in order of planning. Counts it against each plan. */
  forCall(call: FaultyCall): readonly RestFault[] {
    if (this.#rest.length === 0) return []
    const faults: RestFault[] = []
    for (const plan of this.#rest) {
      const isMatch =
        plan.fault.verb !== 'spend' && coversRoute(plan.route, call.route) && coversCaller(plan.scope, call)
      if (isMatch && strikes(plan)) faults.push(plan.fault)
    }
    this.#rest = this.#rest.filter(isUnspent)
    return faults
  }

  /** Every fault for this event, invocation or handshake. Counts it against each plan. */
  forStream(
    hub: HubName,
    verbs: readonly StandingHubFault['verb'][],
    item: FaultyStreamItem,
  ): readonly StandingHubFault[] {
    if (this.#hub.length === 0) return []
    const faults: StandingHubFault[] = []
    for (const plan of this.#hub) {
      const { kind, method } = plan.scope
      const isMatch =
        plan.hub === hub &&
        verbs.includes(plan.fault.verb) &&
        coversCaller(plan.scope, item) &&
        (kind === undefined || kind === item.kind) &&
        (method === undefined || method.toLowerCase() === item.method?.toLowerCase())
      if (isMatch && strikes(plan)) faults.push(plan.fault)
    }
    this.#hub = this.#hub.filter(isUnspent)
    return faults
  }

  /** Whether any plan could touch an event: the way without one is direct. */
  get hasStreamFaults(): boolean {
    return this.#hub.length > 0
  }

  /** Calls per window that somebody else with this user's key takes away. */
  callsSpentElsewhere(userName: string): number {
    let calls = 0
    for (const { fault, scope } of this.#rest) {
      if (fault.verb === 'spend' && (scope.userName === undefined || scope.userName === userName)) calls += fault.calls
    }
    return calls
  }

  planned(): readonly PlannedFault[] {
    const hub: readonly HubPlan[] = [...this.#hub, ...this.#lasting.map(({ plan }) => plan)]
    return [
      ...this.#rest.map(({ id, route, fault, scope, hits }) => ({ id, route, fault, scope, hits })),
      ...hub.map((plan) => ({ id: plan.id, hub: plan.hub, fault: plan.fault, scope: plan.scope, hits: plan.hits })),
    ]
  }

  #longestLagMs(): number {
    return Math.max(0, ...this.#rest.map(({ fault }) => (fault.verb === 'lag' ? fault.ms : 0)))
  }

  #count(scope: FaultScopeInput): Count {
    this.#lastId += 1
    const id = this.#lastId
    return {
      id,
      scope: faultScopeSchema.parse(scope),
      dice: new SeededDice(this.#seed, `fault ${id}`),
      seen: 0,
      hits: 0,
    }
  }

  #endLasting(isOver: (plan: HubPlan) => boolean): void {
    const over = this.#lasting.filter(({ plan }) => isOver(plan))
    this.#lasting = this.#lasting.filter(({ plan }) => !isOver(plan))
    for (const { end } of over) end()
  }
}

const standingVerbs: { readonly [Verb in StandingHubFault['verb']]: true } = {
  dup: true,
  reorder: true,
  delay: true,
  drop: true,
  'reject-invoke': true,
  'hang-invoke': true,
  handshake: true,
}

function isStanding(fault: HubFault): fault is StandingHubFault {
  return fault.verb in standingVerbs
}

function coversRoute(planned: FaultyRoute, route: string): boolean {
  if (planned === 'any' || planned === route) return true
  if (planned !== 'reads' && planned !== 'mutations') return false
  const kind = Object.entries(restRoutes).find(([name]) => name === route)?.[1].kind
  return planned === 'mutations' ? kind === 'mutation' : kind === 'read' || kind === 'bars'
}

function coversCaller(
  scope: FaultScope,
  { accountId, userName }: { accountId: number | null; userName: string | null },
): boolean {
  return (
    (scope.accountId === undefined || scope.accountId === accountId) &&
    (scope.userName === undefined || scope.userName === userName)
  )
}

/** Counts one matching item, and says whether the fault hits it. */
function strikes(plan: Count): boolean {
  plan.seen += 1
  const { skip, probability } = plan.scope
  if (!isUnspent(plan) || plan.seen <= skip || !plan.dice.chance(probability)) return false
  plan.hits += 1
  return true
}

function isUnspent(plan: Count): boolean {
  return plan.scope.times === null || plan.hits < plan.scope.times
}

import {
  AccountId,
  type ContractId,
  type ContractSpec,
  type Drill,
  type DrilledCommand,
  type DrillStep,
  type DomainEvent,
  type Instant,
  invariant,
  type Quote,
  type RuleCode,
  type Snapshot,
  type StoredAccount,
} from '@rm/domain'
import { drilledAlone, drillOf, EVALUATION_ORDER, type RuleId, rules, stopCriteriaOf } from '@rm/rules'
import { mergeQuote } from '@rm/state/book'
import type { AccountPolicy } from './account-policy.ts'
import type { AccountState } from './account-state.ts'
import { policyFacts } from './policy-facts.ts'
import { recoverAccount } from './recover-account.ts'
import { takeTurn } from './take-turn.ts'
import type { Market, TurnInput } from './turn.ts'

/** What is known of one rule: whether it bites, with the settings that are in force. */
export interface RuleProof {
  readonly rule: RuleId
  readonly code: RuleCode
  /** `idle`: its settings limit nothing, so nothing could breach it. */
  readonly verdict: 'alive' | 'dead' | 'idle'
  /** What was planned, or what is missing. */
  readonly because: string
  readonly tookMs: number
  readonly at: Instant
}

/** Tells a step the way the gateway would: as frames, read by what reads every frame. */
export type TellStep = (
  step: Exclude<DrillStep, { readonly kind: 'time-passes' }>,
  telling: {
    readonly accountId: AccountId
    readonly now: Instant
    readonly receivedMs: number
    readonly nextId: () => number
  },
) => readonly DomainEvent[]

/** A rule that takes longer to plan is no protection. Four times B-2: the first drills of a start run cold, on a machine that is busy starting. */
const DEADLINE_MS = 2_000
/** Proofs are shared by the accounts that have the same settings, for as long as one round of them takes. */
const SHARED_MS = 60_000
/** An account that no gateway has. */
const SANDBOX: AccountId = AccountId.parse(1)

/**
 * Drives each enabled rule to breach on an account inside the process, through decoder, book, rule, arbitration and planner, and looks
 * whether what has to be planned is planned. Nothing of it is stored or sent.
 */
export class ProofOfLife {
  readonly #tell: TellStep
  readonly #elapsedMs: () => number
  readonly #shared = new Map<string, { readonly proofs: readonly RuleProof[]; readonly atMs: number }>()

  constructor(tell: TellStep, elapsedMs: () => number) {
    this.#tell = tell
    this.#elapsedMs = elapsedMs
  }

  /** A proof of every rule that the policy has on. */
  prove(policy: AccountPolicy, now: Instant): readonly RuleProof[] {
    const key = JSON.stringify([...policyFacts({ ...policy, accountId: SANDBOX })])
    const nowMs = this.#elapsedMs()
    const shared = this.#shared.get(key)
    if (shared !== undefined && nowMs - shared.atMs < SHARED_MS) return shared.proofs
    for (const [other, { atMs }] of this.#shared) if (nowMs - atMs >= SHARED_MS) this.#shared.delete(other)
    const enabled = EVALUATION_ORDER.filter((id) => policy.rules[id] !== undefined)
    const proofs = enabled.map((id) => this.#proveRule(id, policy, now))
    this.#shared.set(key, { proofs, atMs: nowMs })
    return proofs
  }

  #proveRule(id: RuleId, policy: AccountPolicy, now: Instant): RuleProof {
    const startedMs = this.#elapsedMs()
    const { code } = rules[id]
    const answer = (verdict: RuleProof['verdict'], because: string): RuleProof => {
      return { rule: id, code, verdict, because, tookMs: this.#elapsedMs() - startedMs, at: now }
    }
    try {
      const alone = aloneWith(id, policy)
      const drill = drillOf(id, alone.rules, { now, calendar: policy.calendar, timers: policy.timers })
      if (drill === null) return answer('idle', 'its settings limit nothing')
      const played = play(drill, alone, this.#tell)
      const missing = missingOf(drill, code, played)
      if (missing !== null) return answer('dead', missing)
      const tookMs = this.#elapsedMs() - startedMs
      if (tookMs > DEADLINE_MS)
        return answer('dead', `took ${Math.round(tookMs)} ms, at most ${DEADLINE_MS} are allowed`)
      return answer('alive', played.planned.map(describePlan).join(', ') || 'breach found, nothing to do')
    } catch (error) {
      return answer('dead', `threw: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** The policy with one rule that enforces, so that no other one and no guard of the data acts first. */
function aloneWith(id: RuleId, policy: AccountPolicy): AccountPolicy {
  const alone = drilledAlone(id, policy.rules)
  const guards = { ...policy.guards, onStaleQuotes: 'alert', onUnvaluedPosition: 'alert' } as const
  return { ...policy, accountId: SANDBOX, guards, rules: alone, stopCriteria: stopCriteriaOf(alone) }
}

interface Played {
  readonly breached: ReadonlySet<RuleCode>
  readonly planned: readonly DrilledCommand[]
  readonly lockouts: AccountState['lockouts']
}

function play(drill: Drill, policy: AccountPolicy, tell: TellStep): Played {
  const contracts = new Map<ContractId, ContractSpec>()
  const quotes = new Map<ContractId, Quote>()
  const market: Market = {
    contract: (contractId) => contracts.get(contractId) ?? null,
    quote: (contractId) => quotes.get(contractId) ?? null,
    isOpen: () => true,
    contractsOf: () => [...contracts.values()],
    tickValueDoubt: () => null,
  }
  let now = drill.startsAt
  let elapsedMs = 0
  let ids = 1
  let state = recoverAccount(policy, NOTHING_STORED, { now, elapsedMs })
  const breached = new Set<RuleCode>()
  const planned: DrilledCommand[] = []
  const take = (input: TurnInput): void => {
    elapsedMs += 1
    const turn = takeTurn(state, input, { policy, market, now, elapsedMs, timeTrusted: true, journalWritable: true })
    state = turn.state
    for (const note of turn.notes) if (note.kind === 'breach-begun') breached.add(note.breach.rule)
    for (const { command } of turn.commands) planned.push(command)
  }
  take({ kind: 'stream-restored', stream: 'user', receivedMs: elapsedMs })
  take({ kind: 'snapshot-read', accountId: SANDBOX, snapshot: emptySnapshot(elapsedMs + 1), receivedMs: elapsedMs + 1 })
  for (const step of drill.steps) {
    if (step.kind === 'time-passes') {
      elapsedMs += Math.max(0, step.until - now)
      now = step.until
      take({ kind: 'woken', receivedMs: elapsedMs })
      continue
    }
    if ('contract' in step) contracts.set(step.contract.id, step.contract)
    for (const event of tell(step, { accountId: SANDBOX, now, receivedMs: elapsedMs, nextId: () => ids++ })) {
      if (event.kind !== 'quote-changed') take(inputOf(event))
      else {
        const { contractId } = event.change
        const { quote } = mergeQuote(quotes.get(contractId) ?? null, event.change, market.contract(contractId), now)
        if (quote !== null) quotes.set(contractId, quote)
        take({ kind: 'quote-merged', contractId, receivedMs: elapsedMs })
      }
    }
  }
  return { breached, planned, lockouts: state.lockouts }
}

function inputOf(event: DomainEvent): TurnInput {
  invariant('accountId' in event, `a drill told ${event.kind}, which is of no account`)
  return event
}

/** What the drill had to lead to and did not, or `null`. */
function missingOf(drill: Drill, code: RuleCode, { breached, planned, lockouts }: Played): string | null {
  if (drill.isAutomation !== true && !breached.has(code)) return 'found no breach'
  const left = [...planned]
  for (const wanted of drill.commands) {
    const index = left.findIndex((one) => describePlan(one) === describePlan(wanted))
    if (index === -1)
      return `did not plan ${describePlan(wanted)}, but ${left.map(describePlan).join(', ') || 'nothing'}`
    left.splice(index, 1)
  }
  if (left.length > 0) return `planned ${left.map(describePlan).join(', ')} besides`
  const isLocked = lockouts.some((one) => one.rule === code && one.effect === drill.lockout)
  return drill.lockout === null || isLocked ? null : `set no ${drill.lockout} lockout`
}

function describePlan({ kind, contractId, contracts }: DrilledCommand): string {
  return contracts === undefined ? `${kind} ${contractId}` : `${kind} ${contractId} by ${contracts}`
}

function emptySnapshot(requestedMs: number): Snapshot {
  return {
    accountId: SANDBOX,
    requestedMs,
    account: null,
    positions: [],
    orders: [],
    ordersComplete: true,
    history: null,
    trades: [],
  }
}

const NOTHING_STORED: StoredAccount = {
  trades: [],
  cycles: [],
  lockouts: [],
  breaches: [],
  goals: [],
  commands: [],
  lastReset: null,
  warnings: [],
  lastTurnAt: null,
}

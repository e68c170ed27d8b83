import type { Breach, CommandRecord, EnforcementStory, Lockout, PursuedGoal } from '@rm/domain'
import type { AccountState } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** What is remembered of a goal until it ends, so that its end can be explained. */
export interface GoalMemory {
  /** `null`: it was begun by an earlier run, for a breach that is over. */
  readonly breach: Breach | null
  readonly lockout: Lockout | null
  /** By id, in the order of sending. */
  readonly commands: ReadonlyMap<string, CommandRecord>
  /** Whether a human knows by now that it takes long. */
  readonly isToldLate: boolean
}

const NOTHING: GoalMemory = { breach: null, lockout: null, commands: new Map(), isToldLate: false }

/** What began a goal, as far as it still stands. Of a breach that is over the lockout tells which it set in the turn that began the goal. */
export function memoryOfOrigin(
  { breaches, lockouts }: Pick<AccountState, 'breaches' | 'lockouts'>,
  { origin: { kind, id }, begunAt }: PursuedGoal,
): GoalMemory {
  const lockoutWhere = (isMeant: (lockout: Lockout) => boolean): GoalMemory => ({
    ...NOTHING,
    lockout: lockouts.find(isMeant) ?? null,
  })
  if (kind === 'lockout') return lockoutWhere((lockout) => lockout.id === id)
  const breach = [...breaches.values()].find((one) => one.id === id)
  return breach === undefined ? lockoutWhere(({ from }) => from === begunAt) : { ...NOTHING, breach }
}

export function rememberGoal(draft: TurnDraft, goal: PursuedGoal): void {
  draft.change({ memories: new Map(draft.state.memories).set(goal.id, memoryOfOrigin(draft.state, goal)) })
}

export function wasToldLate({ memories }: Pick<AccountState, 'memories'>, { id }: PursuedGoal): boolean {
  return memories.get(id)?.isToldLate ?? false
}

export function tellLate(draft: TurnDraft, { id }: PursuedGoal): void {
  const memory = draft.state.memories.get(id) ?? NOTHING
  draft.change({ memories: new Map(draft.state.memories).set(id, { ...memory, isToldLate: true }) })
}

/** A request was issued, for all of these goals. */
export function rememberEffort(draft: TurnDraft, goals: readonly PursuedGoal[], record: CommandRecord): void {
  const memories = new Map(draft.state.memories)
  for (const { id } of goals) {
    const memory = memories.get(id) ?? NOTHING
    memories.set(id, { ...memory, commands: new Map(memory.commands).set(record.id, record) })
  }
  draft.change({ memories })
}

/** A request was answered or settled. */
export function updateMemories(memories: AccountState['memories'], record: CommandRecord): AccountState['memories'] {
  let updated: Map<string, GoalMemory> | null = null
  for (const [id, memory] of memories) {
    if (!memory.commands.has(record.id)) continue
    updated ??= new Map(memories)
    updated.set(id, { ...memory, commands: new Map(memory.commands).set(record.id, record) })
  }
  return updated ?? memories
}

/** All that is known of a goal. A breach that locks has its lockout by now. */
export function storyOf({ state, context }: TurnDraft, goal: PursuedGoal, tookMs: number | null): EnforcementStory {
  const { breach, lockout, commands } = state.memories.get(goal.id) ?? NOTHING
  return {
    goal,
    breach,
    lockout: lockout ?? state.lockouts.find((one) => one.rule === breach?.rule) ?? null,
    commands: [...commands.values()],
    configuration: context.policy.configuration,
    tookMs,
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import type { ContractSpec, Drill, DrilledCommand, Instant } from '@rm/domain'
import { rules } from '@rm/rules'
import { OrderType } from '@rm/sdk-bridge/wire'
import type { RehearsedDaemon } from '../rehearsal/rehearsed-daemon.ts'
import type { Venue, VenueAccount } from '../rehearsal/venue.ts'
import { monotonicMs } from '../system-clock.ts'
import { DrillTrader } from './drill-trader.ts'
import type { DrilledRule } from './drilled-rules.ts'
import type { StandIns } from './stand-ins.ts'

/** A drill on the way: what was done, and what has to follow. */
export interface StagedDrill {
  readonly drilled: DrilledRule
  readonly drill: Drill
  readonly standIns: StandIns
  readonly trader: DrillTrader
}

/** What followed a breach. */
export type Enforcement =
  | { readonly kind: 'undone'; readonly tookMs: number; readonly evidence: string }
  | { readonly kind: 'not undone'; readonly missing: readonly string[] }

export interface DrillStage {
  readonly venue: Venue
  readonly daemon: RehearsedDaemon
  readonly signal: AbortSignal
  /** For an enforcement. */
  readonly withinMs: number
}

/** Sets up the trader of a drill; nothing has happened yet. */
export function stageDrill(drilled: DrilledRule, drill: Drill, standIns: StandIns, stage: DrillStage): StagedDrill {
  const trader = new DrillTrader(stage.venue, drilled, standIns, stage.signal)
  return { drilled, drill, standIns, trader }
}

/** Does what leads to the breach. @returns until when time has to pass for it; `null`: it is there */
export function provoke({ trader, drill }: StagedDrill): Promise<Instant | null> {
  return trader.begin(drill)
}

const LOOK_MS = 25

/** Watches the exchange's own books and the daemon's report until the breach is undone and told, or the time is over. */
export async function enforcement(staged: StagedDrill, stage: DrillStage): Promise<Enforcement> {
  const { withinMs, signal } = stage
  const startedMs = monotonicMs()
  let reachedMs: number | null = null
  for (;;) {
    const account = await stage.venue.account(staged.drilled.accountId)
    const onBooks = openOnBooks(staged, account)
    const tookMs = monotonicMs() - startedMs
    if (onBooks.length === 0) reachedMs ??= tookMs
    const missing = onBooks.length > 0 ? onBooks : await untold(staged, stage)
    if (missing.length === 0) return { kind: 'undone', tookMs: reachedMs ?? tookMs, evidence: evidenceOf(staged) }
    if (signal.aborted) throw new Error('interrupted while a breach was to be undone')
    if (tookMs > withinMs) return { kind: 'not undone', missing: await everythingMissing(staged, stage) }
    await pause(LOOK_MS)
  }
}

async function everythingMissing(staged: StagedDrill, stage: DrillStage): Promise<readonly string[]> {
  const account = await stage.venue.account(staged.drilled.accountId)
  return [...openOnBooks(staged, account), ...(await untold(staged, stage))]
}

/** What the books of the exchange still show that should not be there, or do not show that should. */
function openOnBooks(staged: StagedDrill, account: VenueAccount): readonly string[] {
  return [...groupedByContract(staged)].flatMap(([contract, commands]) =>
    commands.flatMap(({ kind, contracts }) => {
      const size = account.positions.find(({ contractId }) => contractId === contract.id)?.size ?? 0
      const orders = account.orders.filter(({ contractId }) => contractId === contract.id)
      switch (kind) {
        case 'close-position':
          return size === 0 ? [] : [`${size} ${contract.name} are still open`]
        case 'reduce-position': {
          const allowed = heldBy(staged) - (contracts ?? 0)
          return size === allowed ? [] : [`${size} ${contract.name} are open, ${allowed} are allowed`]
        }
        case 'cancel-order':
          return orders.length === 0 ? [] : [`${orders.length} orders in ${contract.name} still work`]
        case 'place-order':
        case 'modify-order': {
          const ours = orders.filter(({ type }) => type === OrderType.stop || type === OrderType.limit)
          return ours.length >= commands.length
            ? []
            : [`${ours.length} of ${commands.length} orders of the program work in ${contract.name}`]
        }
        default:
          return kind satisfies never
      }
    }),
  )
}

function groupedByContract({ drill, standIns }: StagedDrill): ReadonlyMap<ContractSpec, readonly DrilledCommand[]> {
  return new Map(
    [...Map.groupBy(drill.commands, ({ contractId }) => contractId)].flatMap(([id, commands]) => {
      const contract = standIns.by.get(id)
      return contract === undefined ? [] : [[contract, commands] as const]
    }),
  )
}

function heldBy({ drill }: StagedDrill): number {
  const held = drill.steps.find((step) => step.kind === 'position-is')
  return Math.abs(held?.signedSize ?? 0)
}

/** What the daemon should say of it and does not. */
async function untold({ drilled, drill }: StagedDrill, { daemon }: DrillStage): Promise<readonly string[]> {
  if (drill.isAutomation === true) return []
  const { code } = rules[drilled.rule]
  const { breaches } = await daemon.client.call('breaches', { limit: 500 })
  const isTold = breaches.some(({ accountId, rule }) => accountId === drilled.accountId && rule === code)
  const told = isTold ? [] : ['the daemon told no breach']
  if (drill.lockout === null) return told
  const { accounts } = await daemon.client.call('report', {})
  const lockouts = accounts.find(({ id }) => id === drilled.accountId)?.lockouts ?? []
  const isLocked = lockouts.some(
    ({ rule, effect, endedAt }) => rule === code && effect === drill.lockout && endedAt === null,
  )
  return isLocked ? told : [...told, `no ${drill.lockout} lockout is in force`]
}

function evidenceOf({ drill }: StagedDrill): string {
  const done: string[] = [...new Set(drill.commands.map(({ kind }) => WORDS[kind]))]
  if (drill.lockout !== null) done.push(drill.lockout === 'flat' ? 'locked' : 'locked for entries')
  return done.length === 0 ? 'told' : done.join(', ')
}

const WORDS = {
  'close-position': 'closed',
  'reduce-position': 'reduced',
  'cancel-order': 'orders cancelled',
  'place-order': 'orders placed',
  'modify-order': 'orders moved',
} as const satisfies Record<DrilledCommand['kind'], string>

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type ContractId, instant, type Instant, TradingCalendar } from '@rm/domain'
import { drillOf } from '@rm/rules'
import { listedContracts } from '../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../rehearsal/rehearsed-daemon.ts'
import type { CheckContext } from '../validator.ts'
import { addDrillAccounts, type DrillPlacement } from './drill-config.ts'
import type { DrilledRule } from './drilled-rules.ts'
import { type DrillStage, stageDrill, type StagedDrill } from './play-drill.ts'
import { standIns } from './stand-ins.ts'

/** A rehearsal with an account for each of some rules, and what is to be done on them. */
export interface DrillRehearsal {
  readonly rehearsal: Rehearsal
  readonly daemon: RehearsedDaemon
  readonly stage: DrillStage
  readonly staged: readonly StagedDrill[]
  /** Accounts that were made for drills. */
  readonly drillIds: ReadonlySet<number>
  /** Their settings limit nothing. */
  readonly idle: readonly DrilledRule[]
  /** The simulated exchange lists nothing that they speak of. */
  readonly unplayable: readonly DrilledRule[]
}

interface DrillWish {
  readonly drilled: readonly DrilledRule[]
  readonly placement: DrillPlacement
  /** Of its folder below that of the check. */
  readonly name: string
}

/** Sets the stage and starts the daemon that is validated. Throws when the configuration is refused or the daemon does not come up. */
export async function drillRehearsal(
  context: CheckContext,
  { drilled, placement, name }: DrillWish,
): Promise<DrillRehearsal> {
  const scratch = path.join(context.scratch, name)
  mkdirSync(scratch, { recursive: true })
  const prepare = (directory: string): void => addDrillAccounts(directory, drilled, placement)
  const rehearsal = await Rehearsal.set({ ...context, scratch }, { prepare })
  const daemon = await rehearsal.startDaemon()
  const { venue } = rehearsal
  const { signal, criteria } = context
  const stage = { venue, daemon, signal, withinMs: criteria.reliability.enforcementMs }
  const listed = await listedContracts(rehearsal)
  const now = instant(await venue.now())
  const [staged, idle, unplayable]: [StagedDrill[], DrilledRule[], DrilledRule[]] = [[], [], []]
  const used = new Set<ContractId>()
  for (const one of drilled) {
    const drill = drillAt(one, rehearsal, now)
    if (drill === null) idle.push(one)
    else {
      const found = standIns(one, drill, listed, used)
      if (found === null) unplayable.push(one)
      else {
        for (const { id } of [...found.by.values(), found.other]) used.add(id)
        staged.push(stageDrill(one, drill, found, stage))
      }
    }
  }
  const drillIds = new Set(drilled.map(({ accountId }) => accountId))
  return { rehearsal, daemon, stage, drillIds, staged, idle, unplayable }
}

function drillAt({ rule, alone }: DrilledRule, { config }: Rehearsal, now: Instant): ReturnType<typeof drillOf> {
  const { timers, reset, holidays } = config
  return drillOf(rule, alone, { now, timers, calendar: new TradingCalendar(reset, holidays) })
}

import { setTimeout as pause } from 'node:timers/promises'
import { listedContracts } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import { stageAccounts, stagedId } from '../../rehearsal/staged-accounts.ts'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { monotonicMs } from '../../system-clock.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { type DaemonUse, daemonUse } from './daemon-use.ts'

/** Rules that look at every price, none near its limit. */
const RULES = {
  max_contracts: { enabled: true, limit: 10 },
  daily_realized_loss: { enabled: true, limit: -20_000, include_unrealized: true },
  daily_unrealized_loss: { enabled: true, limit: -10_000 },
  max_unrealized_profit: { enabled: true, target: 10_000 },
  daily_realized_profit: { enabled: true, target: 20_000 },
}
/** More than one login can watch with a full comparison each in time (see tooling/bench). */
const ACCOUNTS_MAX = 20

/** A little more than what is asked for, so that a sender that is late now and then still sends enough. */
const EXCESS = 1.1
const WARM_UP_MS = 1_500
const MEASURED_MS = 5_000
const LOOK_MS = 500
const DRAINED_MS = 1_000
/** Quotes that are under way when it is counted. */
const LEFT_OVER_SHARE = 0.01

/** As many quotes as a market in motion sends, on as many accounts as are watched. */
export const throughputCheck: Check = {
  id: 'throughput',
  title: 'Quotes at full rate leave no backlog, and cost little',
  from: 'standard',
  limitMs: 120_000,
  async run(context) {
    const { quotesPerSecondMin } = context.criteria.performance
    const perSecond = Math.ceil(quotesPerSecondMin * EXCESS)
    const { rehearsal, daemon, accounts } = await trading(context)
    const { venue } = rehearsal
    context.tell(`sends ${perSecond} quotes a second for ${MEASURED_MS / 1_000} s`)
    const forMs = WARM_UP_MS + MEASURED_MS
    await venue.planHubFault({ hub: 'market', fault: { verb: 'burst', perSecond, forMs } })
    await pause(WARM_UP_MS, undefined, { signal: context.signal })
    const uses = await watched(daemon, context.signal)
    await pause(DRAINED_MS, undefined, { signal: context.signal })
    const sent = (await venue.events()).filter(({ target, receivers }) => target === 'GatewayQuote' && receivers > 0)
    const { events } = await daemonUse(daemon.client)

    const backlog = sent.length - events
    const findings: Finding[] = []
    if (backlog > sent.length * LEFT_OVER_SHARE)
      findings.push({
        severity: 'error',
        place: 'quotes',
        what: `${backlog} of ${sent.length} quotes were not handled ${DRAINED_MS / 1_000} s after the last`,
        remedy: 'Watch fewer accounts with one daemon, or give it a faster machine.',
      })
    return answer(
      `${sent.length} quotes were sent to ${accounts} accounts at ${perSecond} a second; ${Math.max(0, backlog)} were left ${DRAINED_MS / 1_000} s after the last.`,
      findings,
      measuresOf(context, uses),
    )
  },
}

async function trading(context: CheckContext) {
  const watching = context.config.ok ? context.config.accounts.filter(({ enabled }) => enabled).length : 1
  const accounts = Math.min(ACCOUNTS_MAX, Math.max(1, watching))
  const ids = Array.from({ length: accounts }, (_unused, index) => stagedId(index))
  const prepare = (directory: string): void =>
    stageAccounts(
      directory,
      ids.map((id) => ({ id, rules: RULES })),
    )
  const rehearsal = await Rehearsal.set(context, { prepare })
  const daemon = await rehearsal.startDaemon()
  const contractId = (await listedContracts(rehearsal)).find(({ root }) => root === 'MNQ')?.id
  if (contractId === undefined) throw new Error('the simulated gateway lists no MNQ')
  for (const accountId of ids) await rehearsal.venue.place({ accountId, contractId, side: 'buy', size: 1 })
  await daemon.awaitLine('a quote', (line) => line['type'] === 'quote-changed', {
    withinMs: QUOTE_MS,
    signal: context.signal,
  })
  return { rehearsal, daemon, accounts }
}
const QUOTE_MS = 10_000

interface TimedUse extends DaemonUse {
  readonly atMs: number
}

async function watched(daemon: RehearsedDaemon, signal: AbortSignal): Promise<readonly TimedUse[]> {
  const uses: TimedUse[] = []
  const begunMs = monotonicMs()
  for (;;) {
    const use = await daemonUse(daemon.client)
    const atMs = monotonicMs()
    uses.push({ ...use, atMs })
    if (atMs - begunMs >= MEASURED_MS - LOOK_MS) return uses
    await pause(LOOK_MS, undefined, { signal })
  }
}

function measuresOf({ criteria }: CheckContext, uses: readonly TimedUse[]): readonly Measure[] {
  const { quotesPerSecondMin, memoryMbMax, cpuPercentMax } = criteria.performance
  const overall = spanOf(uses.at(0), uses.at(-1))
  const spans = uses.slice(1).map((use, index) => spanOf(uses[index], use))
  return [
    {
      name: 'events handled',
      value: overall.perSecond,
      unit: '1/s',
      bound: { kind: 'at least', value: quotesPerSecondMin },
      remedy: 'Watch fewer accounts with one daemon, or give it a faster machine.',
      series: spans.map(({ perSecond }) => perSecond),
    },
    {
      name: 'processor time at that rate',
      value: overall.cpuPercent,
      unit: '% of a core',
      bound: { kind: 'at most', value: cpuPercentMax },
      remedy: 'Compare with the build before ("npm run -s bench -- quotes"); watch fewer accounts with one daemon.',
      series: spans.map(({ cpuPercent }) => cpuPercent),
    },
    {
      name: 'resident memory',
      value: Math.max(...uses.map(({ residentMiB }) => residentMiB)),
      unit: 'MiB',
      bound: { kind: 'at most', value: memoryMbMax },
      remedy: 'Compare with the build before; "risk-manager soak" shows whether it grows.',
      series: uses.map(({ residentMiB }) => residentMiB),
    },
  ]
}

function spanOf(from: TimedUse | undefined, to: TimedUse | undefined) {
  if (from === undefined || to === undefined) return { perSecond: Number.NaN, cpuPercent: Number.NaN }
  const seconds = (to.atMs - from.atMs) / 1_000
  return {
    perSecond: (to.events - from.events) / seconds,
    cpuPercent: ((to.cpuSeconds - from.cpuSeconds) / seconds) * 100,
  }
}

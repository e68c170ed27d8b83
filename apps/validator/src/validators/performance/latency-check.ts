import path from 'node:path'
import { percentile } from '@rm/runtime-pack'
import { listedContracts } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import { stageAccounts, stagedId } from '../../rehearsal/staged-accounts.ts'
import type { Measure } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext, type Mode } from '../../validator.ts'
import { startBareRelay } from './bare-floor.ts'
import { breach, latencies } from './breach-samples.ts'
import { judgedTime } from './judged-time.ts'

const ACCOUNT = stagedId(0)
const RULES = { max_contracts_per_instrument: { enabled: true, default_limit: 1, enforcement: 'reduce_to_limit' } }

/** Breaches that are counted. Sixty of one account may leave in a burst; the other readings need their requests too. */
const SAMPLES: Readonly<Record<Mode, number>> = { quick: 8, standard: 40, thorough: 100 }
/** What compiles code on the fly is slow at first. */
const WARM_UP = 4
const REQUEST_MS = 10_000

/** From a breach to its decision and to the request, beside the least that this machine needs for an answer. */
export const latencyCheck: Check = {
  id: 'latency',
  title: 'A breach is decided and answered in time',
  from: 'quick',
  limitMs: 180_000,
  async run(context) {
    const [watched, bare] = await Promise.all([daemonSide(context), bareSide(context)])
    const count = SAMPLES[context.mode]
    context.tell(`measures ${count} breaches`)
    const patience = { withinMs: REQUEST_MS, signal: context.signal }
    for (let sample = 0; sample < WARM_UP + count; sample += 1) {
      await breach(watched.place, patience)
      await breach(bare, patience)
    }
    const requestMs = (await latencies(watched.place)).slice(WARM_UP)
    const bareMs = (await latencies(bare)).slice(WARM_UP)
    const decisionMs = watched.decisions().slice(WARM_UP)
    if (requestMs.length < count || bareMs.length < count || decisionMs.length < count)
      throw new Error(
        `${requestMs.length} requests, ${decisionMs.length} decisions and ${bareMs.length} of the floor for ${count} breaches`,
      )
    const { measures, findings } = judged(context, { requestMs, decisionMs, bareMs })
    return answer(
      `${count} breaches: the request came after ${shown(percentile(requestMs, 0.5))} ms in the median, the bare program's after ${shown(percentile(bareMs, 0.5))} ms.`,
      findings,
      measures,
    )
  },
}

async function daemonSide(context: CheckContext) {
  const rehearsal = await staged(context, 'daemon')
  const daemon = await rehearsal.startDaemon()
  return {
    place: await placeIn(rehearsal),
    decisions: (): readonly number[] =>
      daemon.lines.flatMap(({ event, eventToDecisionMs: ms }) =>
        event === 'command-sent' && typeof ms === 'number' ? [ms] : [],
      ),
  }
}

async function bareSide(context: CheckContext) {
  const rehearsal = await staged(context, 'floor')
  context.resources.use(await startBareRelay(rehearsal, ACCOUNT))
  return placeIn(rehearsal)
}

function staged(context: CheckContext, name: string): Promise<Rehearsal> {
  return Rehearsal.set(
    { ...context, scratch: path.join(context.scratch, name) },
    { prepare: (directory) => stageAccounts(directory, [{ id: ACCOUNT, rules: RULES }]) },
  )
}

async function placeIn(rehearsal: Rehearsal) {
  const contractId = (await listedContracts(rehearsal)).find(({ root }) => root === 'MNQ')?.id
  if (contractId === undefined) throw new Error('the simulated gateway lists no MNQ')
  // At once, so that the order of the events is that of the causes.
  await rehearsal.venue.turnKnobs({ exchange: { fillLatencyMs: [0, 0] } })
  return { venue: rehearsal.venue, accountId: ACCOUNT, contractId }
}

interface Series {
  readonly requestMs: readonly number[]
  readonly decisionMs: readonly number[]
  readonly bareMs: readonly number[]
}

function judged({ criteria }: CheckContext, { requestMs, decisionMs, bareMs }: Series) {
  const { eventToDecisionP99Ms, eventToRequestP99Ms, relayRatioMax } = criteria.performance
  const floor = { bareMs, ratioMax: relayRatioMax }
  const decision = judgedTime(
    {
      name: 'event to decision, p99',
      ms: decisionMs,
      allowedMs: eventToDecisionP99Ms,
      remedy: 'Let nothing else run on the machine; watch fewer accounts with one daemon.',
    },
    floor,
  )
  const request = judgedTime(
    {
      name: 'event to request, p99',
      ms: requestMs,
      allowedMs: eventToRequestP99Ms,
      remedy:
        'Put the data folder on a faster disk (each decision is synced before it leaves) and let nothing else run.',
    },
    floor,
  )
  const ratio = percentile(requestMs, 0.5) / percentile(bareMs, 0.5)
  const measures: readonly Measure[] = [
    decision.measure,
    request.measure,
    {
      name: 'event to request, median, as a multiple of the bare program',
      value: ratio,
      unit: 'x',
      bound: { kind: 'at most', value: relayRatioMax },
      remedy: 'The build is slow, whatever the machine: compare with the build before ("npm run -s bench -- relay").',
      series: [],
    },
    {
      name: 'event to request of the bare program, p99',
      value: percentile(bareMs, 0.99),
      unit: 'ms',
      bound: null,
      remedy: 'It is the floor: no daemon is faster on this machine.',
      series: [...bareMs],
    },
  ]
  return { measures, findings: [...decision.findings, ...request.findings] }
}

function shown(ms: number): string {
  return ms.toFixed(1)
}

import { setTimeout as pause } from 'node:timers/promises'
import { stagedId } from '../../rehearsal/staged-accounts.ts'
import type { VenueRequest } from '../../rehearsal/venue.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { ExecutionStage } from './execution-stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } }
/** All of them breach in the same moment: a market that turns does not choose. */
const ACCOUNTS = Array.from({ length: 10 }, (_unused, index) => stagedId(index))

/** The gateway counts any 60 s (gateway contract 2.1). Logins and pings are not counted. */
const WINDOW_MS = 60_000
const UNCOUNTED: ReadonlySet<string> = new Set(['loginKey', 'ping', 'negotiate'])
const REFUSED_FOR_RATE = 429

/** Every cut of the user stream makes each account be read again. */
const CUTS_MAX = 12
const CUT_MS = 1_200
const STREAM_MS = 40_000
/** So near to the reserve no reading begins any more. */
const LEFT_OVER = 5

/** Reads are made to use up all that they may; what is reserved must then be there for closes. */
export const rateBudgetCheck: Check = {
  id: 'rate-budget',
  title: 'When reads have used up their requests, ten closes leave at once, and the gateway refuses none',
  from: 'standard',
  limitMs: 120_000,
  async run(context) {
    const stage = await ExecutionStage.open(
      context,
      ACCOUNTS.map((id) => ({ id, rules: RULES })),
    )
    await exhaustReads(stage, context)
    const contractId = stage.contractId('MNQ')
    const enteredAt = await stage.venue.now()
    await Promise.all(ACCOUNTS.map((accountId) => stage.venue.place({ accountId, contractId, side: 'sell', size: 2 })))
    const late = await heldAfter(stage, contractId, context.criteria.reliability.enforcementMs)

    const requests = await stage.venue.requests()
    const closes = requests.filter(({ route }) => route === 'closeContract')
    const slowestMs = Math.max(...closes.map(({ at }) => at - enteredAt), 0)
    const { budget, reservedForEnforcement } = stage.config.api.rateLimit
    const findings: Finding[] = []
    if (late.length > 0)
      findings.push({
        severity: 'error',
        place: 'api_config.yaml rate_limit.reserved_for_enforcement',
        what: `with ${reservedForEnforcement} of ${budget} requests reserved, ${late.length} of ${ACCOUNTS.length} accounts were not closed in time`,
        remedy: 'Write 60: a breach of several accounts needs a request for each close and for each cancel.',
      })
    const refused = requests.filter(({ status }) => status === REFUSED_FOR_RATE).length
    if (refused > 0)
      findings.push({
        severity: 'error',
        place: 'api_config.yaml rate_limit',
        what: `the gateway refused ${refused} requests for rate`,
        remedy: 'Write budget: 200 and window_s: 60, and let no other program use the API key of the daemon.',
      })
    const busiest = busiestWindow(requests)
    return answer(
      `${busiest} requests in the busiest minute; then ${ACCOUNTS.length - late.length} of ${ACCOUNTS.length} accounts were closed, the last request after ${slowestMs} ms; ${refused} refused for rate.`,
      findings,
    )
  },
}

/** Cuts the user stream again and again, until reads wait for their budget. The stream stands when it is over. */
async function exhaustReads(stage: ExecutionStage, { tell, signal }: CheckContext): Promise<void> {
  tell('makes the daemon read until it may read no more')
  const { reservedForEnforcement } = stage.config.api.rateLimit
  const connected = async () => {
    const { streams, requestsLeft } = await stage.daemon.client.call('report', {})
    return streams.user.up && { requestsLeft }
  }
  for (let cut = 0; cut < CUTS_MAX; cut += 1) {
    const { requestsLeft } = await stage.until('the user stream', connected, STREAM_MS)
    if (requestsLeft <= reservedForEnforcement + LEFT_OVER) return
    await stage.venue.planHubFault({ hub: 'user', fault: { verb: 'rst' } })
    await pause(CUT_MS, undefined, { signal })
  }
  throw new Error(`reads did not use up their requests within ${CUTS_MAX} cuts of the user stream`)
}

/** Accounts that still hold something after that time. */
async function heldAfter(stage: ExecutionStage, contractId: string, withinMs: number): Promise<readonly number[]> {
  const holding = async (): Promise<readonly number[]> => {
    const sizes = await Promise.all(ACCOUNTS.map((id) => stage.held(id, contractId)))
    return ACCOUNTS.filter((_id, index) => sizes[index] !== 0)
  }
  try {
    await stage.until('flat accounts', async () => (await holding()).length === 0, withinMs)
    return []
  } catch {
    return holding()
  }
}

function counted(requests: readonly VenueRequest[]): readonly VenueRequest[] {
  return requests.filter(({ route }) => !UNCOUNTED.has(route))
}

function busiestWindow(requests: readonly VenueRequest[]): number {
  const times = counted(requests).map(({ arrivedAtMs }) => arrivedAtMs)
  return Math.max(0, ...times.map((to) => times.filter((at) => at > to - WINDOW_MS && at <= to).length))
}

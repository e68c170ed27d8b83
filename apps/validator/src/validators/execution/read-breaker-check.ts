import { setTimeout as pause } from 'node:timers/promises'
import { stagedId } from '../../rehearsal/staged-accounts.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check } from '../../validator.ts'
import { ExecutionStage } from './execution-stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } }
const ACCOUNTS = 3
const BREAKER = [stagedId(0), stagedId(1), stagedId(2)] as const

/** Reads that only full readings make: those that verify a close are never held back. */
const HELD_BACK: ReadonlySet<string> = new Set(['searchTrades', 'searchAccounts'])
/** With three accounts to be read and nothing that holds reads back, they come several times a second. */
const WATCHED_MS = 4_500
/** The second pause of the breaker, less what two clocks differ. */
const PAUSE_MS = 1_800
const CLOSE_MS = 2_000
const READ_AGAIN_MS = 15_000

/** A gateway whose reads fail: they pause, closes do not, and once it is well the accounts are trusted again. */
export const readBreakerCheck: Check = {
  id: 'read-breaker',
  title: 'Reads pause while the gateway fails, no close waits for them, and they come back',
  from: 'standard',
  limitMs: 90_000,
  async run(context) {
    const stage = await ExecutionStage.open(
      context,
      BREAKER.map((id) => ({ id, rules: RULES })),
    )
    const { venue, daemon, config } = stage
    const { openMs } = config.api.circuitBreaker
    const pauseMs = Math.min(PAUSE_MS, openMs * 0.9)
    await venue.planRestFault({ route: 'reads', fault: { verb: 'status', status: 503 }, scope: { times: null } })
    await venue.planHubFault({ hub: 'user', fault: { verb: 'rst' } })
    context.tell('lets every reading fail')
    const begun = (await venue.requests()).at(-1)?.sequence ?? 0
    await pause(WATCHED_MS, undefined, { signal: context.signal })
    const times = (await venue.requests(begun)).filter(({ route }) => HELD_BACK.has(route)).map(({ at }) => at)
    const untilNow = [...times, await venue.now()]
    const longest = Math.max(0, ...times.map((at, index) => (untilNow[index + 1] ?? at) - at))

    const [accountId] = BREAKER
    await venue.place({ accountId, contractId: stage.contractId('MNQ'), side: 'buy', size: 2 })
    const enteredAt = await venue.now()
    const close = await stage.until(
      'a close while reads pause',
      async () => (await stage.commands(accountId))[0],
      context.criteria.reliability.enforcementMs,
    )
    await venue.clearFaults()
    const healedAt = await venue.now()
    await daemon.trusted(BREAKER, { withinMs: openMs + READ_AGAIN_MS, signal: context.signal })
    const againMs = (await venue.now()) - healedAt

    const findings: Finding[] = []
    if (longest < pauseMs)
      findings.push(
        finding(
          `${times.length} reads failed within ${WATCHED_MS / 1_000} s, and they paused for ${Math.round(longest)} ms at most`,
        ),
      )
    return answer(
      `${times.length} failing reads of ${ACCOUNTS} accounts, the longest pause ${(longest / 1_000).toFixed(1)} s; a close left meanwhile; trusted again ${(againMs / 1_000).toFixed(1)} s after the end.`,
      findings,
      [
        {
          name: 'close while reads pause',
          value: close.at - enteredAt,
          unit: 'ms',
          bound: { kind: 'at most', value: CLOSE_MS },
          remedy: 'Do not deploy this build: a gateway that fails in its reads would keep closes back.',
          series: [],
        },
      ],
    )
  },
}

function finding(what: string): Finding {
  return {
    severity: 'error',
    place: 'api_config.yaml circuit_breaker',
    what,
    remedy:
      'Lower circuit_breaker.failures (5) or raise open_s (30): a gateway that fails is not helped by asking more.',
  }
}

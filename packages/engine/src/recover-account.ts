import type { Instant, StoredAccount } from '@rm/domain'
import { restoreBook } from '@rm/state/book'
import type { AccountPolicy } from './account-policy.ts'
import { type AccountState, breachKey, type InFlight } from './account-state.ts'
import { memoryOfOrigin } from './goal-memory.ts'
import { warningKey } from './judge.ts'

/**
 * The account as it was at the last durable turn: recovery is the only way to start (reliability 3.1). The book stays in doubt until
 * the first full reading; commands of the earlier run are never repeated before their effect was looked up.
 */
export function recoverAccount(
  policy: AccountPolicy,
  stored: StoredAccount,
  at: { readonly now: Instant; readonly elapsedMs: number },
): AccountState {
  const { accountId, calendar } = policy
  const book = restoreBook(accountId, stored, calendar)
  const ownOrders = stored.trades.filter((one) => one.origin === 'enforcer').map((one) => one.trade.orderId)
  const breaches = new Map(stored.breaches.map((breach) => [breachKey(breach), breach]))
  return {
    accountId,
    book,
    lockouts: stored.lockouts,
    breaches,
    goals: stored.goals,
    inFlight: stored.commands.map((record) => inDoubt(record, at.elapsedMs)),
    unanswered: new Map(),
    targets: new Map(),
    cleanSince: new Map(),
    memories: new Map(
      stored.goals.map((goal) => {
        const commands = stored.commands.filter((one) => one.goalId === goal.id)
        const memory = memoryOfOrigin({ breaches, lockouts: stored.lockouts }, goal)
        return [goal.id, { ...memory, commands: new Map(commands.map((record) => [record.id, record])) }]
      }),
    ),
    met: new Set(),
    violations: new Map(),
    unjudged: NOTHING_UNJUDGED,
    connection: {
      userStreamDownSince: at.now,
      marketStreamDownSince: at.now,
      authenticationLostSince: null,
      unlistedSince: null,
    },
    holdings: new Map(),
    balance: null,
    trust: {
      userStreamUp: false,
      doubtedMs: at.elapsedMs,
      reconciledMs: null,
      confirmedFromMs: Number.NEGATIVE_INFINITY,
    },
    reading: {
      inFlight: new Set(),
      begunMs: Number.NEGATIVE_INFINITY,
      fullBegunMs: Number.NEGATIVE_INFINITY,
      failures: 0,
      notBeforeMs: Number.NEGATIVE_INFINITY,
      againMs: null,
    },
    ownOrders: new Set(ownOrders),
    results: new Map(),
    proofs: new Map(),
    departures: [],
    isCeilingTold: false,
    blind: [],
    warned: new Set(stored.warnings.map(({ rule, level, day }) => warningKey(rule, level, day))),
    halted: null,
    word: 'UNTRUSTED',
    lastNow: stored.lastTurnAt ?? at.now,
    // Before the first reset that was processed here, all up to the last turn count as processed.
    lastReset: stored.lastReset ?? calendar.previousReset(stored.lastTurnAt ?? at.now),
    streamDoubtedMs: Number.NEGATIVE_INFINITY,
    comparisonLateToldMs: Number.NEGATIVE_INFINITY,
    isResetUnexamined: false,
    isLastResetProcessed: stored.lastReset !== null,
    sequence: 0,
  }
}

/** Nobody heard the answer, so it counts as one that says nothing: the effect is looked up before anything is repeated. */
function inDoubt(record: StoredAccount['commands'][number], startedMs: number): InFlight {
  return {
    record: { ...record, state: 'in-doubt' },
    sentMs: Number.NEGATIVE_INFINITY,
    answeredMs: startedMs,
    sizeBefore: null,
    orderId: null,
    orderEndedMs: null,
    positionAtEnd: null,
  }
}

const NOTHING_UNJUDGED: AccountState['unjudged'] = { trades: [], newTrades: new Set(), enlarged: null }
